import { expect, test } from 'vitest';
import { parsePlate, type PlateHints } from './parse.ts';

/**
 * What each reading of a plate means, one a line: raw ; hints ; status ; texts ; kind, or reason of an invalid one ; flags ;
 * edits of the first text as place, from, to. `/` and `|` are the line break on the plate, `␣` a blank at the end.
 * Hints: number of lines, colour of the plate, class of the vehicle.
 */
const TABLE = `
29A-123.45 ;  ; valid ; 29A-123.45 ; car
30E-999.99 ; 1 ; valid ; 30E-999.99 ; car
51F-000.01 ; 1 ; valid ; 51F-000.01 ; car
43A-100.00 ; 1 ; valid ; 43A-100.00 ; car
92C-056.78 ; 1 ; valid ; 92C-056.78 ; car
15K-123.45 ; 1 ; valid ; 15K-123.45 ; car
34G-001.23 ; 1 ; valid ; 34G-001.23 ; car
99H-987.65 ; 2 ; valid ; 99H-987.65 ; car
51K / 678.90 ; 2 ; valid ; 51K-678.90 ; car
30L/123.45 ; 2 ; valid ; 30L-123.45 ; car
30M 12345 ; 1 ; valid ; 30M-123.45 ; car
60N-1234 ; 1 ; valid ; 60N-1234 ; car
61P-9999 ; 1 ; valid ; 61P-9999 ; car
62S-0001 ; 1 ; valid ; 62S-0001 ; car
63U-123.45 ; 1 ; valid ; 63U-123.45 ; car
65V-123.45 ; 1 ; valid ; 65V-123.45 ; car
66X-123.45 ; 1 ; valid ; 66X-123.45 ; car
67Y-123.45 ; 1 ; valid ; 67Y-123.45 ; car
68Z-123.45 ; 1 ; valid ; 68Z-123.45 ; car
70D-123.45 ; 1 ; valid ; 70D-123.45 ; car
71E1234 ;  ; valid ; 71E-1234 ; car
72F 1234 ;  ; valid ; 72F-1234 ; car
73G / 1234 ; 2 ; valid ; 73G-1234 ; car
74H-0000 ; 1 ; invalid ;  ; number-zero
75K-0010 ; 1 ; valid ; 75K-0010 ; car
29A.12345 ; 1 ; valid ; 29A-123.45 ; car
29A:123.45 ; 1 ; valid ; 29A-123.45 ; car
29A_12345 ; 1 ; valid ; 29A-123.45 ; car
29A·12345 ; 1 ; valid ; 29A-123.45 ; car
29A−123.45 ; 1 ; valid ; 29A-123.45 ; car
29A—123,45 ; 1 ; valid ; 29A-123.45 ; car
２９Ａ－１２３．４５ ; 1 ; valid ; 29A-123.45 ; car
29a12345 ; 1 ; valid ; 29A-123.45 ; car
␣29A-123.45␣ ; 1 ; valid ; 29A-123.45 ; car
29A-123•45 ; 1 ; valid ; 29A-123.45 ; car
29A-12.345 ; 1 ; invalid ; 29A-123.45 29A1-2345 ; number-length
29A1-23.45 ;  ; invalid ; 29A-123.45 29A1-2345 ; number-length
29-A1-2345 ;  ; valid ; 29A1-2345 ; motorbike-old
29A1.2345 ;  ; invalid ; 29A-123.45 29A1-2345 ; number-length
29A1 23.45 ;  ; valid ; 29A-123.45 ; car
29A 1234.5 ;  ; invalid ; 29A-123.45 29A1-2345 ; number-length
29A/1-2345 ;  ; invalid ; 29A-123.45 29A1-2345 ; number-length
29A|12345 ; 2 ; valid ; 29A-123.45 ; car
29-B1 123 45 ;  ; valid ; 29B1-123.45 ; motorbike-old
29-B1-12345 ;  ; valid ; 29B1-123.45 ; motorbike-old
29B1/12345 ; 2 ; valid ; 29B1-123.45 ; motorbike-old
29B9 / 999.99 ; 2 ; valid ; 29B9-999.99 ; motorbike-old
29B1 / 000.00 ; 2 ; invalid ;  ; number-zero
29B1 / 0000 ; 2 ; invalid ; 29B-100.00 ; number-zero
29B1 / 0001 ; 2 ; valid ; 29B1-0001 ; motorbike-old
29B0 / 1234 ; 2 ; invalid ; 29B-012.34 ; number-length
29-B0 / 123.45 ; 2 ; invalid ; 29BD-123.45 29BU-123.45 ; series-digit ;  ; 30D
29-B1 / 123.45 ; 1 ; invalid ; 29B1-123.45 ; layout
59-X1 / 123.45 ; 2 ; valid ; 59X1-123.45 ; motorbike-old
59-X1 12345 ;  ; valid ; 59X1-123.45 ; motorbike-old
59X112345 ;  ; valid ; 59X1-123.45 ; motorbike-old
59X12345 ; moto ; valid ; 59X1-2345 ; motorbike-old
59X12345 ; car ; valid ; 59X-123.45 ; car
59X12345 ; bus ; valid ; 59X-123.45 ; car
59X12345 ; truck ; valid ; 59X-123.45 ; car
59X12345 ; yellow ; ambiguous ; 59X-123.45 59X1-2345 ; car
59X12345 ; blue ; ambiguous ; 59X-123.45 59X1-2345 ; car
59X12345 ; moto,1 ; valid ; 59X-123.45 ; car ; vehicle-kind
59-X12 / 345 ; 2 ; invalid ; 59X-123.45 59X1-2345 ; number-length
36-B5 / 067.89 ; 2 ; valid ; 36B5-067.89 ; motorbike-old
36-AB / 067.89 ; 2 ; valid ; 36AB-067.89 ; motorbike-new
36-AA / 000.01 ; 2 ; valid ; 36AA-000.01 ; motorbike-new
36-AA / 000.00 ; 2 ; invalid ;  ; number-zero
36-ZZ / 123.45 ; 2 ; valid ; 36ZZ-123.45 ; motorbike-new
36-GA / 123.45 ; 2 ; valid ; 36GA-123.45 ; motorbike-new
36-AG / 123.45 ; 2 ; invalid ; 36A6-123.45 ; series-second-letter ;  ; 3G6
36-GR / 123.45 ; 2 ; valid ; 36GR-123.45 ; motorbike-new
36-RR / 123.45 ; 2 ; invalid ;  ; series-first-letter
36-AO / 123.45 ; 2 ; invalid ; 36AD-123.45 36AU-123.45 ; letter-never-used ;  ; 3OD
36-AQ / 123.45 ; 2 ; invalid ; 36AD-123.45 36AU-123.45 ; letter-never-used ;  ; 3QD
36-AJ / 123.45 ; 2 ; invalid ;  ; letter-never-used
36-AW / 123.45 ; 2 ; invalid ;  ; letter-never-used
36-WA / 123.45 ; 2 ; invalid ;  ; letter-never-used
36-IA / 123.45 ; 2 ; invalid ; 36LA-123.45 36TA-123.45 ; letter-never-used ;  ; 2IL
36-AĐ / 123.45 ; 2 ; invalid ; 36AD-123.45 ; series-second-letter ;  ; 3ĐD
36-ĐA / 123.45 ; 2 ; invalid ;  ; series-first-letter
36-A1 / 12345 ; moto ; valid ; 36A1-123.45 ; motorbike-old
36-AB / 12345 ; moto ; valid ; 36AB-123.45 ; motorbike-new
36AB12345 ; car ; valid ; 36AB-123.45 ; motorbike-new ; vehicle-kind
36AB1234 ;  ; ambiguous ; 36A-812.34 ; car ;  ; 3B8
36AB123456 ;  ; invalid ;  ; number-length
36A1234567 ;  ; invalid ;  ; number-length
29LD-123.45 ; yellow ; valid ; 29LD-123.45 ; special
29LD / 123.45 ; 2 ; valid ; 29LD-123.45 ; special
29LD-1234 ; moto ; valid ; 29LD-1234 ; special
29CD-1234 ;  ; valid ; 29CD-1234 ; special
29RM-123.45 ; 1 ; valid ; 29RM-123.45 ; special
29R-123.45 ; 1 ; valid ; 29R-123.45 ; special
29R-1234 ; 2 ; valid ; 29R-1234 ; special
29MK-123.45 ; moto ; valid ; 29MK-123.45 ; special
29HC-1234 ;  ; valid ; 29HC-1234 ; special
29KT-1234 ;  ; valid ; 29KT-1234 ; special
29DA-1234 ;  ; valid ; 29DA-1234 ; special
29TĐ-1234 ;  ; valid ; 29TĐ-1234 ; special
29LB-123.45 ;  ; valid ; 29LB-123.45 ; special
29CT-123.45 ;  ; valid ; 29CT-123.45 ; special
29KL-123.45 ;  ; valid ; 29KL-123.45 ; special
29LA-123.45 ;  ; valid ; 29LA-123.45 ; special
29LD-000.00 ;  ; invalid ;  ; number-zero
29LD-12345 ; blue ; valid ; 29LD-123.45 ; special ; colour-series
29T-1234 ; 1 ; valid ; 29T-1234 ; car ; temporary-possible
29T-123.45 ; moto ; valid ; 29T-123.45 ; car ; temporary-possible vehicle-kind
29-MĐ / 123.45 ; 2 ; valid ; 29MĐ-123.45 ; special
29-MĐ9 / 123.45 ; 2 ; valid ; 29MĐ9-123.45 ; special
29-MĐ0 / 123.45 ; 2 ; invalid ;  ; series-digit
29-MĐ / 1234 ; 2 ; invalid ;  ; number-length
29-MĐ1 / 1234 ; 2 ; invalid ; 29MĐ-112.34 ; number-length
29-MĐ1 / 123.45 ; 1 ; invalid ; 29MĐ1-123.45 ; layout
29MD912345 ;  ; repaired ; 29MĐ9-123.45 ; special ;  ; 3DĐ
29MD012345 ;  ; invalid ;  ; number-length
29-MD / 123.45 ; 2 ; ambiguous ; 29MD-123.45 29MĐ-123.45 ; motorbike-new
29-TD / 123.45 ; 2 ; ambiguous ; 29TD-123.45 29TĐ-123.45 ; motorbike-new
29TD-123.45 ; car ; repaired ; 29TĐ-123.45 ; special ;  ; 3DĐ
29TD-123.45 ; moto ; ambiguous ; 29TD-123.45 29TĐ-123.45 ; motorbike-new
29MD-123.45 ; 1 ; invalid ; 29MD-123.45 ; layout
29DD-123.45 ; 2 ; valid ; 29DD-123.45 ; motorbike-new
80A-123.45 ; blue ; valid ; 80A-123.45 ; car
80A-123.45 ; white ; valid ; 80A-123.45 ; car
80M-1234 ; blue ; valid ; 80M-1234 ; car
80N-123.45 ; blue ; valid ; 80N-123.45 ; car ; colour-series
80-A1 / 123.45 ; blue,2 ; valid ; 80A1-123.45 ; motorbike-old
80-011-NG-02 ; 1 ; valid ; 80-011-NG-02 ; diplomatic
80-NG-011-02 ;  ; valid ; 80-011-NG-02 ; diplomatic
80 NG 011 02 ; red-on-white ; valid ; 80-011-NG-02 ; diplomatic
80NG01102 ; red-on-white ; valid ; 80-011-NG-02 ; diplomatic
80NG01102 ; white ; valid ; 80-011-NG-02 ; diplomatic
80NG01102 ;  ; valid ; 80-011-NG-02 ; diplomatic
80011NG02 ;  ; valid ; 80-011-NG-02 ; diplomatic
80-011-NG-00 ; red-on-white ; invalid ;  ; number-zero
80-297-QT-15 ; red-on-white ; valid ; 80-297-QT-15 ; international
80-QT-297-15 ; red-on-white ; valid ; 80-297-QT-15 ; international
41-506-NN-01 ; red-on-white ; valid ; 41-506-NN-01 ; foreign
41-NN / 506-01 ; red-on-white,2 ; valid ; 41-506-NN-01 ; foreign
29-001-CV-12 ; red-on-white ; valid ; 29-001-CV-12 ; diplomatic-staff
29CV00112 ; red-on-white ; valid ; 29-001-CV-12 ; diplomatic-staff
29CV00112 ; white ; valid ; 29CV-001.12 ; motorbike-new
29CV00112 ; moto ; valid ; 29CV-001.12 ; motorbike-new
13-011-NG-02 ; red-on-white ; invalid ;  ; never-issued-province
80-011-NG-02 ; white ; valid ; 80-011-NG-02 ; diplomatic
80-011-NX-02 ; red-on-white ; invalid ;  ; series-missing
80-01-NG-02 ; red-on-white ; invalid ;  ; series-missing
AT-12-34 ; white-on-red ; valid ; AT-12-34 ; army
BB 56 78 ; white-on-red ; valid ; BB-56-78 ; army
CA/1234 ; white-on-red ; valid ; CA-12-34 ; army
DV-00-01 ; white-on-red ; valid ; DV-00-01 ; army
HQ9876 ; white-on-red ; valid ; HQ-98-76 ; army
KP-12-34 ;  ; valid ; KP-12-34 ; army
PX-12-34 ;  ; valid ; PX-12-34 ; army
QA-12-34 ;  ; valid ; QA-12-34 ; army
TC-12-34 ;  ; valid ; TC-12-34 ; army
VT-12-34 ;  ; valid ; VT-12-34 ; army
QH-00-00 ; white-on-red ; invalid ;  ; number-zero
LA-12-34 ; white-on-red ; invalid ;  ; army-first-letter
ZZ-12-34 ;  ; invalid ;  ; army-first-letter
TM-12-345 ; white-on-red ; invalid ;  ; number-length
TM-123 ; white-on-red ; invalid ;  ; number-length
TM-12-34 ; white ; valid ; TM-12-34 ; army ; colour-kind
TM-12-34 ; yellow ; valid ; TM-12-34 ; army ; colour-kind
30A-123.45 ; white-on-red ; valid ; 30A-123.45 ; car ; colour-kind
30A-123.45 ; red-on-white ; valid ; 30A-123.45 ; car ; colour-kind
13A-123.45 ;  ; invalid ;  ; never-issued-province
42A-12345 ; 1 ; invalid ;  ; never-issued-province
44-B1 / 123.45 ; 2 ; invalid ;  ; never-issued-province
45LD-123.45 ;  ; invalid ;  ; never-issued-province
46-AA / 123.45 ; 2 ; invalid ;  ; never-issued-province
87C-1234 ; 1 ; invalid ;  ; never-issued-province
91-MĐ1 / 123.45 ; 2 ; invalid ;  ; never-issued-province
96R-012.34 ;  ; invalid ;  ; never-issued-province
00A-123.45 ; 1 ; invalid ;  ; province-range
01A-123.45 ; 1 ; invalid ;  ; province-range
10-B1 / 123.45 ; 2 ; invalid ;  ; province-range
1OA-123.45 ; 1 ; invalid ;  ; number-length
I3A-123.45 ; 1 ; invalid ;  ; province-missing
l2A-123.45 ; 1 ; repaired ; 12A-123.45 ; car ;  ; 0L1
S1F-123.45 ; 1 ; repaired ; 51F-123.45 ; car ;  ; 0S5
5IF-123.45 ; 1 ; repaired ; 51F-123.45 ; car ;  ; 1I1
Z9A-123.45 ; 1 ; repaired ; 29A-123.45 ; car ;  ; 0Z2
2GA-123.45 ; 1 ; repaired ; 26A-123.45 ; car ;  ; 1G6
G0A-123.45 ; 1 ; repaired ; 60A-123.45 ; car ;  ; 0G6
3DA-123.45 ; 1 ; repaired ; 30A-123.45 ; car ;  ; 1D0
3QA-123.45 ; 1 ; repaired ; 30A-123.45 ; car ;  ; 1Q0
T9A-123.45 ; 1 ; ambiguous ; 79A-123.45 ; car ;  ; 0T7
A3A-123.45 ; 1 ; ambiguous ; 43A-123.45 ; car ;  ; 0A4
30A-O23.45 ; 1 ; repaired ; 30A-023.45 ; car ;  ; 3O0
30A-1D3.45 ; 1 ; repaired ; 30A-103.45 ; car ;  ; 4D0
30A-12Q.45 ; 1 ; repaired ; 30A-120.45 ; car ;  ; 5Q0
30A-123.I5 ; 1 ; repaired ; 30A-123.15 ; car ;  ; 6I1
30A-123.4L ; 1 ; repaired ; 30A-123.41 ; car ;  ; 7L1
30A-G23.45 ; 1 ; repaired ; 30A-623.45 ; car ;  ; 3G6
30A-1A3.45 ; 1 ; ambiguous ; 30A-143.45 ; car ;  ; 4A4
30A-12T.45 ; 1 ; ambiguous ; 30A-127.45 ; car ;  ; 5T7
30A-OOO.OO ; 1 ; invalid ;  ; letter-never-used
30A-SZB.GI ; 1 ; repaired ; 30A-528.61 ; car ;  ; 3S5 4Z2 5B8 6G6 7I1
30A-X23.45 ; 1 ; invalid ;  ; number-length
30A-1C3.45 ; 1 ; invalid ;  ; number-length
302-123.45 ; 1 ; repaired ; 30Z-123.45 ; car ;  ; 22Z
305-123.45 ; 1 ; repaired ; 30S-123.45 ; car ;  ; 25S
306-123.45 ; 1 ; repaired ; 30G-123.45 ; car ;  ; 26G
304-123.45 ; 1 ; repaired ; 30A-123.45 ; car ;  ; 24A
301-123.45 ; 1 ; ambiguous ; 30L-123.45 30T-123.45 ; car ;  ; 21L
303-123.45 ; 1 ; invalid ;  ; series-missing
307-123.45 ; 1 ; invalid ;  ; series-missing
309-123.45 ; 1 ; invalid ;  ; series-missing
30C-123.4S ; yellow ; repaired ; 30C-123.45 ; car ;  ; 7S5
59-X1 / S23.45 ; 2 ; repaired ; 59X1-523.45 ; motorbike-old ;  ; 4S5
59-81 / 123.45 ; 2 ; repaired ; 59B1-123.45 ; motorbike-old ;  ; 28B
59-XI / 123.45 ; 2 ; invalid ; 59X1-123.45 59XL-123.45 59XT-123.45 ; letter-never-used ;  ; 3I1
59-XS / 123.45 ; 2 ; valid ; 59XS-123.45 ; motorbike-new
59-X5 / 123.45 ; 2 ; valid ; 59X5-123.45 ; motorbike-old
S9-X1 / 123.45 ; 2 ; repaired ; 59X1-123.45 ; motorbike-old ;  ; 0S5
5G-X1 / 123.45 ; 2 ; repaired ; 56X1-123.45 ; motorbike-old ;  ; 1G6
29-AA / O23.4S ; 2 ; repaired ; 29AA-023.45 ; motorbike-new ;  ; 4O0 8S5
29-8A / 123.45 ; 2 ; repaired ; 29BA-123.45 ; motorbike-new ;  ; 28B
29-MĐI / 123.45 ; 2 ; invalid ;  ; number-length
29LD-12S.45 ;  ; repaired ; 29LD-125.45 ; special ;  ; 6S5
8O-011-NG-02 ; red-on-white ; repaired ; 80-011-NG-02 ; diplomatic ;  ; 1O0
80-O11-NG-02 ; red-on-white ; invalid ;  ; letter-never-used
80-011-N6-02 ; red-on-white ; invalid ;  ; series-missing
TM-I2-34 ; white-on-red ; repaired ; TM-12-34 ; army ;  ; 2I1
30В-123.45 ; 1 ; repaired ; 30B-123.45 ; car ;  ; 2ВB
30С-123.45 ; 1 ; repaired ; 30C-123.45 ; car ;  ; 2СC
ЗОА-123.45 ; 1 ; invalid ;  ; symbol
30Н-123.45 ; 1 ; repaired ; 30H-123.45 ; car ;  ; 2НH
30Α-123.45 ; 1 ; repaired ; 30A-123.45 ; car ;  ; 2ΑA
59-X1 / 1Ζ3.45 ; 2 ; repaired ; 59X1-123.45 ; motorbike-old ;  ; 5ΖZ 5Z2
30A-123.4б ; 1 ; invalid ;  ; symbol
30Ä-123.45 ; 1 ; invalid ; 30A-123.45 ; symbol ;  ; 2ÄA
30A-123.4½ ; 1 ; invalid ;  ; symbol
30A-123.45! ; 1 ; invalid ;  ; symbol
30A*123.45 ; 1 ; invalid ;  ; symbol
??? ;  ; invalid ;  ; symbol
30A-123.45.67 ; 1 ; invalid ;  ; number-length
30A ;  ; invalid ;  ; number-length
30 ;  ; invalid ;  ; series-missing
3 ;  ; invalid ;  ; province-missing
123456789 ;  ; invalid ;  ; series-missing
ABCDEF ;  ; invalid ;  ; number-length
30A-1 ;  ; invalid ;  ; number-length
30A-12 ;  ; invalid ;  ; number-length
30A-123 ;  ; invalid ;  ; number-length
30ABC-123.45 ;  ; invalid ;  ; number-length
30-30A-123.45 ;  ; invalid ;  ; series-missing
`;

const VEHICLES: Readonly<Record<string, NonNullable<PlateHints['vehicle']>>> = {
  ...{ moto: 'motorcycle', car: 'car', bus: 'bus', truck: 'truck' },
};

const toHints = (text: string): PlateHints => {
  const hints: { -readonly [K in keyof PlateHints]: PlateHints[K] } = {};
  for (const each of text.split(',').filter(Boolean)) {
    const vehicle = VEHICLES[each];
    if (each === '1' || each === '2') hints.lines = each === '1' ? 1 : 2;
    else if (vehicle) hints.vehicle = vehicle;
    else hints.colour = each as NonNullable<PlateHints['colour']>;
  }
  return hints;
};

const rows = TABLE.trim().split('\n');

test('the table has more than two hundred rows, each once', () => {
  expect(new Set(rows).size).toBe(rows.length);
  expect(rows.length).toBeGreaterThanOrEqual(200);
});

test.each(rows)('%s', (row) => {
  const [raw = '', hints = '', status, texts = '', about = '', flags = '', edits = ''] = row.split(' ; ');
  const parsed = parsePlate(raw.replaceAll('␣', ' '), toHints(hints));
  const [first] = parsed.candidates;
  expect({
    status: parsed.status,
    texts: parsed.candidates.map(({ text }) => text).join(' '),
    about: parsed.status === 'invalid' ? parsed.reason : first?.kind,
    flags: parsed.flags.join(' '),
    edits: (first?.edits ?? []).map(({ at, from, to }) => `${at}${from}${to}`).join(' '),
  }).toEqual({ status, texts, about, flags, edits });
});
