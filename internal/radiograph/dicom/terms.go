package dicom

import (
	"slices"
	"strings"
	"time"
)

// other stands for a code that the standard does not define: it might be anything, so it does not travel.
const other = "OTHER"

// defined returns the code where it is one of the words, "" where there is none, else "OTHER".
func defined(code string, words ...string) string {
	code = strings.ToUpper(code)
	switch {
	case code == "":
		return ""
	case slices.Contains(words, code):
		return code
	}
	return other
}

// modalityTerm passes on the defined terms of Modality (PS3.3 C.7.3.1.1.1) that a picture can have.
func modalityTerm(s string) string {
	return defined(s, "CR", "DX", "RG", "RF", "XA", "XC", "PX", "IO", "MG", "CT", "MR", "US", "NM", "PT", "ES", "GM", "SM",
		"OP", "OT", "HC", "DG", "BMD", "BI", "TG", "CF", "DF", "DS", "RTIMAGE", "OCT", "IVUS", "IVOCT", "KO", "PR", "SR",
		"SEG", "DOC", "REG", "RTDOSE", "RTPLAN", "RTSTRUCT")
}

// sideTerm passes on R, L, U (unpaired) and B (both).
func sideTerm(s string) string { return defined(s, "R", "L", "U", "B") }

// viewTerm passes on the defined terms of View Position for CR and DX and the abbreviations that devices use.
func viewTerm(s string) string {
	return defined(s, "AP", "PA", "LL", "RL", "RLD", "LLD", "RLO", "LLO", "LAT", "LATERAL", "OBL", "OBLIQUE", "AXIAL", "ML", "LM",
		"MLO", "FRONTAL", "TAN", "TANGENTIAL", "LAO", "RAO", "LPO", "RPO")
}

// viewMeaning gives the abbreviation of a projection by its name in CID 4010 and 4011, or "OTHER".
func viewMeaning(s string) string {
	s = strings.ToLower(strings.Join(strings.Fields(strings.NewReplacer("-", " ", "_", " ").Replace(s)), " "))
	s = strings.TrimSuffix(s, " projection")
	switch s {
	case "":
		return ""
	case "antero posterior", "anteroposterior", "ap":
		return "AP"
	case "postero anterior", "posteroanterior", "pa":
		return "PA"
	case "left lateral":
		return "LL"
	case "right lateral":
		return "RL"
	case "lateral":
		return "LAT"
	case "medio lateral", "mediolateral":
		return "ML"
	case "latero medial", "lateromedial":
		return "LM"
	case "oblique", "antero posterior oblique", "postero anterior oblique", "medial oblique", "lateral oblique":
		return "OBL"
	case "axial":
		return "AXIAL"
	case "frontal":
		return "FRONTAL"
	case "tangential":
		return "TAN"
	}
	return other
}

// photometricTerm passes on the photometric interpretations of the standard.
func photometricTerm(s string) string {
	return defined(s, monochrome1, monochrome2, palette, rgb, ybrFull, ybr422, "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT",
		"YBR_RCT", "HSV", "ARGB", "CMYK", "XYB")
}

// dateTerm returns a date as YYYYMMDD, "" where it is none. ACR-NEMA wrote it with dots.
func dateTerm(s string) string {
	s = strings.ReplaceAll(s, ".", "")
	if len(s) != 8 || strings.Trim(s, "0123456789") != "" {
		return ""
	}
	if t, err := time.Parse("20060102", s); err != nil || t.Year() < 1895 {
		return ""
	}
	return s
}
