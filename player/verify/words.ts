/** Words of the page that verifies; `{…}` is filled in. Apart from the player's, because the page travels alone. */
export const WORDS = {
  vi: {
    title: 'Kiểm tra hồ sơ vụ việc',
    intro:
      'Trang này kiểm tra chữ ký và từng tệp của hồ sơ ngay trên máy của bạn. Không có dữ liệu nào được gửi đi; có thể ngắt mạng trước khi dùng.',
    drop: 'Thả tệp ZIP của hồ sơ vào đây, hoặc chọn tệp',
    working: 'Đang kiểm tra…',
    intact: 'Nguyên vẹn: chữ ký đúng và {count} tệp không bị thay đổi.',
    broken: 'Không nguyên vẹn: {count} lỗi.',
    unreadable: 'Không đọc được tệp này như một hồ sơ.',
    case: 'Mã hồ sơ',
    camera: 'Camera',
    place: 'Địa điểm',
    time: 'Thời điểm (giờ máy này)',
    uncertainty: 'sai số ± {seconds} s',
    rule: 'Hành vi máy đề xuất',
    key: 'Mã khóa ký',
    keyAdvice:
      'Đối chiếu mã khóa này với mã do đơn vị công bố; chữ ký chỉ chứng minh ai đã niêm phong khi hai mã trùng nhau.',
    timeStamp: 'Dấu thời gian',
    stampAdvice:
      'Trang này không đối chiếu chứng thư của cơ quan cấp dấu; lệnh `watchpost verify --authority` làm việc đó.',
    stampUnchecked:
      'Có, nhưng chưa được kiểm tra: trình duyệt chỉ cho trang mở từ tệp hoặc qua HTTPS dùng mật mã. Hãy mở trang này từ tệp.',
    hash: 'SHA-256 của manifest',
    exported: 'Xuất hồ sơ',
    file: 'Tệp',
    state: 'Kết quả',
    original: 'bản gốc, nguyên vẹn',
    derived: 'được tạo từ bản gốc, nguyên vẹn',
    unproven: 'không có chữ ký bảo đảm',
    gaps: 'Đoạn không có ghi hình',
    other: 'English',
  },
  en: {
    title: 'Verify a case',
    intro:
      'This page checks the signature and every file of a case on your own machine. Nothing is sent anywhere; you may disconnect from the network first.',
    drop: 'Drop the ZIP of a case here, or choose the file',
    working: 'Checking…',
    intact: 'Intact: the signature is right and {count} files are unchanged.',
    broken: 'Not intact: {count} problems.',
    unreadable: 'This file cannot be read as a case.',
    case: 'Case',
    camera: 'Camera',
    place: 'Place',
    time: "Instant (this machine's time zone)",
    uncertainty: 'uncertain by ± {seconds} s',
    rule: 'Act that the machine proposed',
    key: 'Key',
    keyAdvice:
      'Compare this key id with the one that the authority publishes: only then does the signature say who sealed the case.',
    timeStamp: 'Time stamp',
    stampAdvice:
      'This page does not compare the certificate of the authority; the command `watchpost verify --authority` does.',
    stampUnchecked:
      'There is one, and it was not checked: browsers give cryptography only to pages from a file or over HTTPS. Open this page from its file.',
    hash: 'SHA-256 of the manifest',
    exported: 'Exported',
    file: 'File',
    state: 'Result',
    original: 'original, intact',
    derived: 'made from originals, intact',
    unproven: 'not covered by a signature',
    gaps: 'Stretches without recording',
    other: 'Tiếng Việt',
  },
} as const;

export type Language = keyof typeof WORDS;
export type Word = keyof (typeof WORDS)['en'];
