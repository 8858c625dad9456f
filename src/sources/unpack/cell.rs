//! The value of a spreadsheet's cell as the text a reader of the sheet would copy from it.

use calamine::{CellErrorType, DataRef, ExcelDateTime};

/// Spreadsheets keep fifteen significant digits; a whole number with more has lost its last ones.
const EXACT: f64 = 1e15;

/// `format` is the cell's number format, where the file tells it.
pub fn text(value: &DataRef, format: Option<&str>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Int(number) => padded(number.to_string(), format),
        DataRef::Float(number) => padded(float(*number), format),
        DataRef::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(moment) => moment_text(*moment),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.replace('T', " "),
        DataRef::Error(error) => error_text(error).to_owned(),
    }
}

/// At most fifteen digits, as spreadsheets show them: 0.1 + 0.2 is 0.3. A whole number that is longer is written like
/// 6.90E+17, so that it is turned away where it stands for an id.
pub fn float(number: f64) -> String {
    if !number.is_finite() {
        return "#NUM!".to_owned();
    }
    if number.abs() >= EXACT {
        return format!("{number:.5E}").replace('E', "E+");
    }
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    // Minus nothing is nothing.
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}

/// A format of zeros only shows leading ones: `00000` makes 123 a code 00123.
fn padded(number: String, format: Option<&str>) -> String {
    match format {
        Some(zeros) if zeros.len() > 1 && zeros.bytes().all(|byte| byte == b'0') => {
            if number.bytes().all(|byte| byte.is_ascii_digit()) {
                format!("{number:0>width$}", width = zeros.len())
            } else {
                number
            }
        }
        _ => number,
    }
}

fn moment_text(moment: ExcelDateTime) -> String {
    let value = moment.as_f64();
    if moment.is_duration() {
        return float(value);
    }
    let (year, month, day, hour, minute, second, milli) = moment.to_ymd_hms_milli();
    let fraction = if milli == 0 { String::new() } else { format!(".{milli:03}") };
    let clock = format!("{hour:02}:{minute:02}:{second:02}{fraction}");
    if (0.0..1.0).contains(&value) {
        clock
    } else if value.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {clock}")
    }
}

fn error_text(error: &CellErrorType) -> &'static str {
    match error {
        CellErrorType::Div0 => "#DIV/0!",
        CellErrorType::NA => "#N/A",
        CellErrorType::Name => "#NAME?",
        CellErrorType::Null => "#NULL!",
        CellErrorType::Num => "#NUM!",
        CellErrorType::Ref => "#REF!",
        CellErrorType::Value => "#VALUE!",
        CellErrorType::GettingData => "#DATA!",
    }
}

#[cfg(test)]
mod tests {
    use calamine::ExcelDateTimeType;

    use super::*;

    #[test]
    fn c10_numbers_read_as_a_sheet_shows_them() {
        assert_eq!(float(0.1 + 0.2), "0.3");
        assert_eq!(float(6_901_234_567_890.0), "6901234567890");
        assert_eq!(float(-12.5), "-12.5");
        assert_eq!(float(-0.0), "0");
        // Sixteen digits and more have lost their end.
        assert_eq!(float(6_217_001_234_567_890_123.0), "6.21700E+18");
        assert_eq!(text(&DataRef::Float(123.0), Some("00000")), "00123");
        assert_eq!(text(&DataRef::Float(123.5), Some("00000")), "123.5");
        assert_eq!(text(&DataRef::Float(123.0), Some("0")), "123");
    }

    #[test]
    fn c10_moments_follow_the_calendar_of_the_workbook() {
        let moment = |value, is_1904| {
            let moment = ExcelDateTime::new(value, ExcelDateTimeType::DateTime, is_1904);
            text(&DataRef::DateTime(moment), None)
        };
        // 45943.541 is 2025-10-13 12:59:02.4 (Microsoft's own day count; the 1904 calendar is 1,462 days later).
        assert_eq!(moment(45943.541, false), "2025-10-13 12:59:02.400");
        assert_eq!(moment(45943.0, false), "2025-10-13");
        assert_eq!(moment(44481.0, true), "2025-10-13");
        assert_eq!(moment(0.75, false), "18:00:00");
    }
}
