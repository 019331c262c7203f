package main

var diskFaults, otherFaults, manifestFaults, clockFaults, nameFaults, linkFaults, annotationFaults []faultRow
