package dicom

// wants is the list of all elements that are read, with the value representation by which they are. Everything else in a
// file is passed over.
func wants(t id) (vr string, ok bool) {
	switch t {
	case sopInstance, studyInstance:
		return "UI", true
	case modality, imageLaterality, laterality, photometric, viewPosition, voiFunction, presentationShape,
		calibrationType, lossyCompression, recordType:
		return "CS", true
	case fileReference:
		return "ST", true // CS by the standard; not split at backslashes here
	case studyDate:
		return "DA", true
	case patient, patientIssuer, institution, codeMeaning:
		return "LO", true
	case frameCount, aspectRatio:
		return "IS", true
	case rescaleSlope, rescaleIntercept, windowCenter, windowWidth, pixelSpacing, imagerSpacing, scannedSpacing,
		magnification:
		return "DS", true
	case samples, planarConfiguration, rows, columns, bitsAllocated, bitsStored, highBit, pixelRepresentation,
		paddingValue, paddingLimit, lutDescriptor, redDescriptor, greenDescriptor, blueDescriptor, recordInUse:
		return "US", true
	case lutData, redData, greenData, blueData:
		return "OW", true
	case segmentedRed, offsetTable, offsetLengths:
		return "OB", true
	case modalityLUTs, voiLUTs, viewCodes, directoryRecords, sharedGroups, frameGroups, groupMeasures, groupRescale,
		groupVOI:
		return "SQ", true
	}
	return "", false
}

// The elements that are read, by their names in PS3.6.
const (
	recordInUse         id = 0x00041410
	recordType          id = 0x00041430
	directoryRecords    id = 0x00041220
	fileReference       id = 0x00041500
	sopInstance         id = 0x00080018
	studyDate           id = 0x00080020
	modality            id = 0x00080060
	institution         id = 0x00080080
	codeMeaning         id = 0x00080104
	patient             id = 0x00100020
	patientIssuer       id = 0x00100021
	magnification       id = 0x00181114 // Estimated Radiographic Magnification Factor
	imagerSpacing       id = 0x00181164
	scannedSpacing      id = 0x00182010 // Nominal Scanned Pixel Spacing
	viewPosition        id = 0x00185101
	studyInstance       id = 0x0020000d
	laterality          id = 0x00200060
	imageLaterality     id = 0x00200062
	samples             id = 0x00280002
	photometric         id = 0x00280004
	planarConfiguration id = 0x00280006
	frameCount          id = 0x00280008
	rows                id = 0x00280010
	columns             id = 0x00280011
	pixelSpacing        id = 0x00280030
	aspectRatio         id = 0x00280034
	bitsAllocated       id = 0x00280100
	bitsStored          id = 0x00280101
	highBit             id = 0x00280102
	pixelRepresentation id = 0x00280103
	paddingValue        id = 0x00280120
	paddingLimit        id = 0x00280121
	calibrationType     id = 0x00280a02 // Pixel Spacing Calibration Type
	windowCenter        id = 0x00281050
	windowWidth         id = 0x00281051
	rescaleIntercept    id = 0x00281052
	rescaleSlope        id = 0x00281053
	voiFunction         id = 0x00281056
	redDescriptor       id = 0x00281101
	greenDescriptor     id = 0x00281102
	blueDescriptor      id = 0x00281103
	redData             id = 0x00281201
	greenData           id = 0x00281202
	blueData            id = 0x00281203
	segmentedRed        id = 0x00281221
	lossyCompression    id = 0x00282110
	modalityLUTs        id = 0x00283000
	lutDescriptor       id = 0x00283002
	lutData             id = 0x00283006
	voiLUTs             id = 0x00283010
	groupMeasures       id = 0x00289110 // Pixel Measures Sequence
	groupVOI            id = 0x00289132 // Frame VOI LUT Sequence
	groupRescale        id = 0x00289145 // Pixel Value Transformation Sequence
	viewCodes           id = 0x00540220
	presentationShape   id = 0x20500020
	sharedGroups        id = 0x52009229
	frameGroups         id = 0x52009230
	offsetTable         id = 0x7fe00001 // Extended Offset Table
	offsetLengths       id = 0x7fe00002
)
