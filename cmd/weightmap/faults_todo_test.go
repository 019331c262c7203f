package main

var annotationFaults []faultRow
