package dicomwrite

// The tags of a radiograph, by their names in PS3.6.
const (
	SpecificCharacterSet      Tag = 0x00080005
	ImageType                 Tag = 0x00080008
	SOPClassUID               Tag = 0x00080016
	SOPInstanceUID            Tag = 0x00080018
	StudyDate                 Tag = 0x00080020
	StudyTime                 Tag = 0x00080030
	AccessionNumber           Tag = 0x00080050
	Modality                  Tag = 0x00080060
	PresentationIntentType    Tag = 0x00080068
	Manufacturer              Tag = 0x00080070
	InstitutionName           Tag = 0x00080080
	ReferringPhysicianName    Tag = 0x00080090
	StudyDescription          Tag = 0x00081030
	SeriesDescription         Tag = 0x0008103E
	PatientName               Tag = 0x00100010
	PatientID                 Tag = 0x00100020
	PatientBirthDate          Tag = 0x00100030
	PatientSex                Tag = 0x00100040
	PatientComments           Tag = 0x00104000
	BodyPartExamined          Tag = 0x00180015
	RadiographicMagnification Tag = 0x00181114 // Estimated Radiographic Magnification Factor
	ImagerPixelSpacing        Tag = 0x00181164
	ViewPosition              Tag = 0x00185101
	StudyInstanceUID          Tag = 0x0020000D
	SeriesInstanceUID         Tag = 0x0020000E
	StudyID                   Tag = 0x00200010
	SeriesNumber              Tag = 0x00200011
	InstanceNumber            Tag = 0x00200013
	PatientOrientation        Tag = 0x00200020
	ImageLaterality           Tag = 0x00200062
	SamplesPerPixel           Tag = 0x00280002
	Photometric               Tag = 0x00280004
	NumberOfFrames            Tag = 0x00280008
	Rows                      Tag = 0x00280010
	Columns                   Tag = 0x00280011
	PixelSpacing              Tag = 0x00280030
	BitsAllocated             Tag = 0x00280100
	BitsStored                Tag = 0x00280101
	HighBit                   Tag = 0x00280102
	PixelRepresentation       Tag = 0x00280103
	BurnedInAnnotation        Tag = 0x00280301
	PixelIntensity            Tag = 0x00281040 // Pixel Intensity Relationship
	PixelIntensitySign        Tag = 0x00281041
	WindowCenter              Tag = 0x00281050
	WindowWidth               Tag = 0x00281051
	RescaleIntercept          Tag = 0x00281052
	RescaleSlope              Tag = 0x00281053
	RescaleType               Tag = 0x00281054
	WindowFunction            Tag = 0x00281056 // VOI LUT Function
	LossyCompression          Tag = 0x00282110
	PresentationLUTShape      Tag = 0x20500020
	PixelData                 Tag = 0x7FE00010
)
