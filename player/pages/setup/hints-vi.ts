/**
 * What the hints of rules and their keys say in Vietnamese, by the schema's own English text: a hint that changes there
 * loses its translation, and a test says so.
 */
export const HINTS_VI: Readonly<Record<string, string>> = {
  // What the rules are for
  'A vehicle goes against the legal direction of a lane.': 'Xe đi ngược chiều quy định của làn hoặc của đường.',
  'A vehicle of a class that may not use a lane travels in it.': 'Xe thuộc loại bị cấm chạy trong làn.',
  'More people than the threshold stay in an area.': 'Số người trong một khu vực vượt ngưỡng và không giảm.',
  'Vehicles and people that cross a line, by class and direction.':
    'Đếm xe và người qua vạch, theo loại và theo chiều.',
  'A vehicle rides on the pavement.': 'Xe chạy trên vỉa hè.',
  'A vehicle stands where stopping is forbidden.': 'Xe dừng, đỗ ở nơi cấm.',
  'Somebody stays in an area for long.': 'Có người ở lại lâu trong khu vực.',
  'A vehicle is faster than the limit. Always indicative, with a 95 % interval: a camera is no certified instrument.':
    'Xe chạy quá tốc độ. Chỉ để tham khảo, kèm khoảng tin cậy 95 %: camera không phải thiết bị đo đã kiểm định.',
  'The picture is frozen, too dark, covered, out of focus, or shows another place.':
    'Hình bị treo, quá tối, bị che, mất nét, hoặc camera đã bị xoay sang chỗ khác.',
  'More people ride a motorcycle than it may carry.': 'Xe máy chở quá số người quy định.',
  'Somebody rides a motorcycle without a helmet.': 'Người đi xe máy không đội mũ bảo hiểm.',
  'Somebody left a thing in an area and went. Seen as a lasting difference of the picture; what the thing is, a person decides.':
    'Có người để lại đồ vật rồi bỏ đi. Máy chỉ thấy hình thay đổi lâu dài; đó là vật gì thì người quyết định.',
  'Goods or vehicles stand where they may not, with how often the same spot was taken before.':
    'Hàng hóa hoặc xe chiếm chỗ không được phép, kèm số ngày chỗ đó đã bị chiếm trước đây.',
  'A vehicle passes the stop line on red and goes on into the junction.':
    'Xe vượt vạch dừng khi đèn đỏ và đi tiếp vào giao lộ.',
  'A vehicle passes the stop line on red and stands beyond it, before the junction.':
    'Xe vượt vạch dừng khi đèn đỏ rồi đứng lại phía trên vạch, chưa vào giao lộ.',
  'Smoke or flame in a landscape, seen from a tower.': 'Khói hoặc lửa ngoài trời, nhìn từ tháp canh.',

  // Keys of every rule
  'Unique within the camera.': 'Không trùng với quy tắc khác của camera này.',
  'Shown to people; the id when empty.': 'Tên hiện cho người dùng; để trống thì hiện mã.',
  '`case` asks a person to decide; `statistic` is only counted.':
    'Lập hồ sơ: đưa cho người xét duyệt. Chỉ đếm: vào thống kê, không lập hồ sơ.',
  'Classes that the rule holds for.': 'Những loại mà quy tắc áp dụng.',

  // Zones, lines, signals
  'Key under `zones`.': 'Một vùng đã vẽ trên hình.',
  'Key under `zones`: the lane or carriageway.': 'Vùng bao làn hoặc phần đường một chiều.',
  'Key under `zones`: the lane.': 'Vùng bao làn đường.',
  'Key under `zones`: the area that is counted.': 'Vùng đếm người.',
  'Key under `zones`: the pavement.': 'Vùng bao vỉa hè.',
  'Key under `zones`: where nobody may stop.': 'Vùng cấm dừng, đỗ.',
  'Key under `zones`: only there; the whole picture when absent.':
    'Chỉ xét trong vùng này; không chọn thì xét cả hình.',
  'Key under `zones`: where nothing may be left. Kept clear of swaying trees.':
    'Vùng không được để đồ. Vẽ tránh cành cây đung đưa.',
  'Key under `zones`: the pavement or the part of the roadway to be kept free.':
    'Vùng vỉa hè hoặc lòng đường phải để trống.',
  'Key under `zones`: the inside of the junction, beyond the crossing.':
    'Vùng bên trong giao lộ, phía sau vạch sang đường.',
  'Key under `zones`: the lane beside. While its traffic stands, the stop is a queue and time does not count.':
    'Vùng bao làn bên cạnh. Khi làn đó cũng đứng thì là ùn tắc, không tính giờ dừng.',
  'Keys under `zones`: chimneys, kilns, roads. Smoke whose foot stands in one is passed over.':
    'Các vùng có ống khói, lò, đường đi. Khói bốc lên từ đó thì bỏ qua.',
  'Key under `lines`.': 'Một vạch đã vẽ trên hình.',
  'Key under `lines`: the stop line.': 'Vạch dừng xe.',
  'Key under `signals`.': 'Cột đèn đã vẽ trên hình.',
  'Key under `signals`: time on its red does not count (nor when it cannot be read).':
    'Thời gian chờ đèn đỏ không tính (và cả lúc không đọc được đèn).',
  'Legal direction as a vector on the picture [right, down]; length does not matter.':
    'Hướng xe được phép đi trên hình: 0° là lên trên, 90° là sang phải.',
  'Direction of the traffic that the signal is for.': 'Chiều xe chạy qua vạch dừng mà đèn này điều khiển.',
  'Turns that have a green arrow of their own.': 'Các hướng rẽ có đèn mũi tên xanh riêng.',

  // Durations and distances
  'Angle to the legal direction from which motion is against it.':
    'Lệch hướng quy định từ góc này trở lên là ngược chiều.',
  'How long it must go on (ms of media time).': 'Phải kéo dài bao lâu mới báo (ms).',
  'Least way, in heights of the box: jitter and reversing to park stay below.':
    'Phải đi được bao xa, tính theo chiều cao khung: khung rung hay lùi xe vào chỗ đỗ thì không tới mức này.',
  'Direction is fitted over so much of the past (ms).': 'Hướng đi được tính trên khoảng thời gian vừa qua này (ms).',
  'Classes that may not use the lane.': 'Những loại xe không được đi vào làn này.',
  'How long it must be in the lane (ms of media time).': 'Phải ở trong làn bao lâu mới báo (ms).',
  'Least way in the lane, in heights of the box: whoever stands there is not travelling.':
    'Phải chạy trong làn bao xa, tính theo chiều cao khung: xe đứng yên ở đó thì không tính.',
  'Share of the lane’s width at its edges that does not count.':
    'Phần bề rộng làn ở hai mép không tính, vì xe chỉ chớm qua vạch.',
  'Days on which the ban holds; every day when absent. Hours past midnight belong to the day before.':
    'Những ngày áp dụng lệnh cấm; để trống là mọi ngày. Giờ sau nửa đêm tính cho ngày hôm trước.',
  'Local time spans [from, to) in which the ban holds; always when absent.':
    'Các khung giờ cấm trong ngày; để trống là cấm cả ngày.',
  'How long it must ride on the pavement (ms of media time).': 'Phải chạy trên vỉa hè bao lâu mới báo (ms).',
  'Classes that may not ride there.': 'Những loại xe không được chạy ở đó.',
  'Least way on the pavement, in heights of the box: parking there and leaving stay below.':
    'Phải chạy bao xa trên vỉa hè, tính theo chiều cao khung: dắt lên để xe rồi đi ra thì không tới mức này.',
  'Share of the pavement’s width at its edges that does not count.': 'Phần bề rộng vỉa hè ở hai mép không tính.',
  'How long it must stand, waiting on red and in queues not counted (ms of media time).':
    'Phải đứng bao lâu mới báo, không tính lúc chờ đèn đỏ và lúc ùn tắc (ms).',
  'Standing: its ground point stays within this share of the shorter side of its box.':
    'Coi là đứng yên khi điểm chạm đất lệch không quá phần này của cạnh ngắn của khung.',
  'It may be hidden by passing traffic for so long (ms of media time).':
    'Xe khác che khuất tối đa bao lâu mà vẫn coi là xe đó (ms).',
  'How long somebody must stay in the zone (ms of media time).': 'Phải ở trong vùng bao lâu mới báo (ms).',
  'Leaving the zone for a shorter time is the same stay (ms of media time).':
    'Ra khỏi vùng ngắn hơn mức này rồi quay lại thì vẫn tính là một lần ở lại (ms).',

  // Crowds
  'Least score of a person, averaged over `smoothMs`. Posts and bins that the detector takes for people stay below.':
    'Độ tin cậy trung bình ít nhất của một người. Cột, thùng rác bị máy nhầm là người thì thấp hơn mức này.',
  'Raised when the smoothed count stays at or above this. Also the least count for the keys below.':
    'Báo khi số người giữ ở mức này trở lên. Các ngưỡng bên dưới cũng cần ít nhất từng này người.',
  'Raised only when there are also so many persons per m² (needs `calibration`). 2–3 is dense, 4–5 dangerous.':
    'Chỉ báo khi mật độ cũng tới mức này (cần hiệu chuẩn mặt đất). 2–3 người/m² là đông, 4–5 là nguy hiểm.',
  'From so many persons per m² on it is raised at once, without waiting for `raiseMs`.':
    'Từ mật độ này thì báo ngay, không chờ.',
  'Surveyed points of the ground: the corners of a quadrangle with their place in metres, better more. With them persons per m² are measured.':
    'Các điểm trên mặt đất đã đo: bốn góc với vị trí tính bằng mét, nhiều hơn thì tốt hơn. Nhờ đó tính được người/m².',
  'Raised only when the count is also so many times what is usual at this hour of the day. While that is not known, the count decides alone.':
    'Chỉ báo khi số người cũng gấp từng này lần mức thường lệ của giờ đó. Khi chưa biết thường lệ thì chỉ xét số người.',
  'Usual count at each local hour, from 0:00 on, e.g. from the statistics. Without it, it is learnt from earlier days.':
    'Số người thường có ở từng giờ, bắt đầu từ 0 giờ, lấy từ thống kê chẳng hạn. Để trống thì tự học từ những ngày trước.',
  'How long the count must stay there (ms of media time).': 'Phải giữ mức đó bao lâu mới báo (ms).',
  'Cleared when it stays at or below `raiseCount` × this.':
    'Hết báo khi số người còn không quá ngưỡng báo × hệ số này.',
  'How long the count must stay low to clear (ms of media time).':
    'Số người phải giữ mức thấp bao lâu thì hết báo (ms).',
  'Median over so much of the past (ms).': 'Lấy trung vị trong khoảng thời gian vừa qua này (ms).',
  'No second alarm sooner after the last one ended (ms).':
    'Sau khi hết báo, không báo lại trong khoảng thời gian này (ms).',

  // Line counts
  'Point of the box that must cross: where it touches the ground, or its centre (cameras that look straight down).':
    'Điểm của khung phải qua vạch: điểm chạm đất, hoặc tâm khung (camera nhìn thẳng từ trên xuống).',

  // Speed
  'Surveyed points of the road: the corners of a quadrangle with their place in metres, better eight points or more. Speed is measured between them.':
    'Các điểm trên mặt đường đã đo: bốn góc với vị trí tính bằng mét, nên có từ tám điểm. Tốc độ đo giữa các điểm đó.',
  'Reported when the lower end of the 95 % interval is above this (km/h). 0 with `report: statistic` measures every passage.':
    'Báo khi cận dưới của khoảng 95 % vượt mức này (km/h). Đặt 0 cùng “Chỉ đếm” để đo mọi lượt xe.',
  'Least way over the calibrated area (m): the shorter, the wider the interval.':
    'Phải chạy được bao xa trong vùng đã hiệu chuẩn (m): càng ngắn thì sai số càng lớn.',
  'Trembling of boxes that is assumed at least (source pixels, one standard deviation).':
    'Độ rung khung ít nhất được giả định (điểm ảnh gốc, một độ lệch chuẩn).',
  'How far off the calibration’s points may be on the picture (source pixels, one standard deviation).':
    'Các điểm hiệu chuẩn có thể đặt lệch bao nhiêu trên hình (điểm ảnh gốc, một độ lệch chuẩn).',

  // Camera health
  'How long a fault must show without a break (ms of media time).': 'Lỗi phải hiện liên tục bao lâu mới báo (ms).',
  'Too dark: the mean brightness of the picture is below this (0–1).':
    'Quá tối: độ sáng trung bình của hình dưới mức này (0–1).',
  'Covered: the standard deviation of the brightness is below this (0–1).':
    'Bị che: độ sáng trên hình gần như đều nhau, độ lệch chuẩn dưới mức này (0–1).',
  'Out of focus: sharpness is below this share of what it usually is.':
    'Mất nét: độ nét dưới phần này so với bình thường.',
  'Moved: the correlation of the picture’s edges with the usual ones is below this.':
    'Bị xoay: đường nét trên hình giống với bình thường dưới mức này.',

  // Riders
  'Vehicles that the rule holds for.': 'Những loại xe mà quy tắc áp dụng.',
  'Least height of the vehicle’s box (source pixels): below, people cannot be told apart.':
    'Khung xe phải cao ít nhất từng này (điểm ảnh gốc): nhỏ hơn thì không phân biệt được từng người.',
  'Least way since it was first seen, in heights of the box: people sitting on a parked one do not ride.':
    'Phải đi được bao xa từ lúc thấy, tính theo chiều cao khung: người ngồi trên xe đang dựng thì không tính.',
  'People that may ride it, the driver included.': 'Số người được phép trên xe, kể cả người lái.',
  'How long its riders must have been seen (ms of media time).': 'Phải nhìn thấy những người trên xe bao lâu (ms).',
  'After a verdict, how long to wait for the verdicts of the other riders (ms of media time).':
    'Khi đã có kết quả của một người, chờ kết quả của những người khác trên xe bao lâu (ms).',

  // Things left behind
  'Least width and height of the thing, as a share of the picture’s height.':
    'Vật phải rộng và cao ít nhất từng này so với chiều cao hình.',
  'Classes of whoever may leave something. A thing that came without one is not reported.':
    'Những ai có thể bỏ đồ lại. Vật xuất hiện mà không có ai đem tới thì không báo.',
  'How long the thing must stand unchanged (ms of media time).': 'Vật phải nằm yên bao lâu mới báo (ms).',
  'How long nobody must have stood at it: whoever waits beside a bag is no offender (ms of media time).':
    'Không có ai đứng cạnh trong bao lâu: người đứng chờ bên túi đồ của mình thì không vi phạm (ms).',
  'Whether things count that no track covers: goods, stalls, signs.':
    'Có tính cả những vật không phải xe: hàng hóa, quầy sạp, biển quảng cáo.',
  'Parked vehicles that count.': 'Những loại xe đỗ được tính.',
  'How long the spot must be taken; gaps of up to two minutes are bridged (ms of media time).':
    'Chỗ đó phải bị chiếm bao lâu; ngắt quãng dưới hai phút vẫn tính liên tục (ms).',
  'So many days back the same spot is looked up.': 'Xem lại chỗ đó trong bao nhiêu ngày trước.',
  'Reported only when the spot was taken on at least so many of those days. 0 reports the first time.':
    'Chỉ báo khi chỗ đó đã bị chiếm ít nhất từng này ngày. Đặt 0 để báo ngay lần đầu.',
  '`reached`: as soon as it stood for `minStandMs`. `over`: once it is gone, with its whole length; for statistics.':
    'Vừa đủ thời gian: báo ngay. Kết thúc: báo khi đã dọn đi, kèm tổng thời gian; dùng cho thống kê.',

  // Signals
  'A crossing sooner after the change to red is let pass (ms of media time).':
    'Xe qua vạch ngay sau khi đèn chuyển đỏ, trong khoảng này, thì bỏ qua (ms).',
  'It must be inside the junction so long after the stop line at the latest (ms of media time).':
    'Sau khi qua vạch dừng, phải vào trong giao lộ chậm nhất sau từng này (ms).',
  'How long it must stand beyond the line on red (ms of media time).':
    'Phải đứng quá vạch khi đèn đỏ bao lâu mới báo (ms).',
  'Standing: it moves less than this, in heights of the box.':
    'Coi là đứng yên khi dịch chuyển dưới mức này, tính theo chiều cao khung.',

  // Smoke
  'Where the tower stands.': 'Tọa độ và cao độ của tháp.',
  'Where the camera looks; without it an alert has no bearing.':
    'Hướng camera nhìn; để trống thì cảnh báo không có phương vị.',
  'Detections below are not looked at.': 'Phát hiện có độ tin cậy dưới mức này thì không xét.',
  'Score that speaks neither for nor against smoke.': 'Mức điểm không nghiêng về có khói hay không có khói.',
  'Evidence summed over frames at which smoke is reported, at danger level 3.':
    'Tổng bằng chứng qua nhiều ảnh để báo khói, ở cấp dự báo cháy rừng 3.',
  'Frames it must be seen in at the least.': 'Phải thấy trong ít nhất từng này ảnh.',
  'Frames sooner after the last one that counted add no evidence (ms of media time).':
    'Ảnh cách ảnh được tính trước đó ngắn hơn mức này thì không thêm bằng chứng (ms).',
  'Smoke not seen for so long is over; smoke there later is a new event (ms of media time).':
    'Không thấy khói trong khoảng này thì coi là hết; thấy lại là một sự việc mới (ms).',
  'Looks for flame at night as a small warm light that flickers where none was. For towers away from towns.':
    'Tìm lửa ban đêm: đốm sáng nhỏ màu ấm, chập chờn ở chỗ trước đó không có. Dùng cho tháp ở xa khu dân cư.',
  'Hours of the site with their own prior: morning fog, a low sun, burning of straw.':
    'Những khung giờ cần xét riêng: sương sớm, nắng thấp, mùa đốt rơm rạ.',
  'Fire danger of the season: from 1, where more evidence is asked for, to 5.':
    'Cấp dự báo cháy rừng: cấp 1 cần nhiều bằng chứng hơn, cấp 5 cần ít hơn.',
};
