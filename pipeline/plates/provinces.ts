/** A province as it is since 1 July 2025, with the names its codes carried before. */
export type Province = {
  readonly code: string;
  /** Present name; null for code 80, which belongs to the traffic-police department and says no place. */
  readonly name: string | null;
  /** Name before the merger where it was another one. */
  readonly formerName: string | null;
};

/** Codes that were never issued. */
export const NEVER_ISSUED = ['13', '42', '44', '45', '46', '87', '91', '96'] as const;

/** Present province → its codes; `code:former name` for codes of a merged province [Circular 51/2025]. */
const PROVINCES: Readonly<Record<string, string>> = {
  'Cao Bằng': '11',
  'Lạng Sơn': '12',
  'Quảng Ninh': '14',
  'Hải Phòng': '15 16 34:Hải Dương',
  'Hưng Yên': '89 17:Thái Bình',
  'Ninh Bình': '35 18:Nam Định 90:Hà Nam',
  'Phú Thọ': '19 28:Hòa Bình 88:Vĩnh Phúc',
  'Thái Nguyên': '20 97:Bắc Kạn',
  'Lào Cai': '24 21:Yên Bái',
  'Tuyên Quang': '22 23:Hà Giang',
  'Lai Châu': '25',
  'Sơn La': '26',
  'Điện Biên': '27',
  'Hà Nội': '29 30 31 32 33 40',
  'Thanh Hóa': '36',
  'Nghệ An': '37',
  'Hà Tĩnh': '38',
  'Đồng Nai': '39 60 93:Bình Phước',
  'TP. Hồ Chí Minh': '41 50 51 52 53 54 55 56 57 58 59 61:Bình Dương 72:Bà Rịa – Vũng Tàu',
  'Đà Nẵng': '43 92:Quảng Nam',
  'Đắk Lắk': '47 78:Phú Yên',
  'Lâm Đồng': '49 48:Đắk Nông 86:Bình Thuận',
  'Vĩnh Long': '64 71:Bến Tre 84:Trà Vinh',
  'Cần Thơ': '65 83:Sóc Trăng 95:Hậu Giang',
  'Đồng Tháp': '66 63:Tiền Giang',
  'An Giang': '67 68:Kiên Giang',
  'Cà Mau': '69 94:Bạc Liêu',
  'Tây Ninh': '70 62:Long An',
  'Quảng Trị': '74 73:Quảng Bình',
  Huế: '75',
  'Quảng Ngãi': '76 82:Kon Tum',
  'Khánh Hòa': '79 85:Ninh Thuận',
  'Gia Lai': '81 77:Bình Định',
  'Bắc Ninh': '99 98:Bắc Giang',
};

const byCode = new Map<string, Province>([['80', { code: '80', name: null, formerName: null }]]);
for (const [name, codes] of Object.entries(PROVINCES))
  for (const [, code, former] of codes.matchAll(/(\d\d)(?::([^\d]+))?(?: |$)/g))
    byCode.set(code!, { code: code!, name, formerName: former?.trim() ?? null });

export const findProvince = (code: string): Province | null => byCode.get(code) ?? null;

/** All issued codes, 80 included. */
export const PROVINCE_CODES: readonly string[] = [...byCode.keys()].sort();
