package main

var otherFaults, manifestFaults, clockFaults, nameFaults, linkFaults, annotationFaults []faultRow
