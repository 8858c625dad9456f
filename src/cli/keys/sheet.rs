//! Sheets to print: one page per person with the code, as letters and as a QR code.

use std::fmt::Write as _;

use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use crate::access::Person;
use crate::content::markdown::escape;
use crate::locale::{Arg, Locale};
use crate::problem::{Problem, Result};

pub struct Sheet<'a> {
    pub person: &'a Person,
    pub code: String,
    /// Opens the book at once.
    pub link: Option<String>,
}

const STYLE: &str = "@page{size:A5;margin:15mm}body{font-family:sans-serif;margin:0;color:#111;background:#fff}\
section{break-after:page;padding:8mm;max-width:120mm}h1{font-size:16pt;margin:0 0 4mm}.code{font:bold 15pt monospace;\
letter-spacing:.04em;overflow-wrap:anywhere;border:1pt solid #111;padding:3mm}svg{width:45mm;height:45mm;display:block;margin:5mm 0}\
p,li{font-size:10.5pt;line-height:1.5}";

pub fn html(chain: &str, locale: &Locale, sheets: &[Sheet<'_>]) -> Result<String> {
    let safe = |text: &str| {
        let mut out = String::new();
        escape(text, &mut out);
        out
    };
    let t = |key: &str| safe(&locale.t(key, &[]));
    let mut out = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"robots\" content=\"noindex\">\
         <title>{}</title><style>{STYLE}</style></head><body>",
        safe(locale.code()),
        t("sheet-title")
    );
    for sheet in sheets {
        let name = if sheet.person.name.is_empty() { &sheet.person.id } else { &sheet.person.name };
        let heading = locale.t("sheet-heading", &[("chain", Arg::Text(chain)), ("name", Arg::Text(name))]);
        let _ = write!(
            out,
            "<section><h1>{}</h1><p>{}</p><p class=\"code\">{}</p>",
            safe(&heading),
            t("sheet-text"),
            safe(&sheet.code)
        );
        out.push_str(&qr(sheet.link.as_deref().unwrap_or(&sheet.code))?);
        if let Some(link) = &sheet.link {
            let address = link.split('#').next().unwrap_or(link);
            let _ = write!(out, "<p>{}</p>", safe(address));
        }
        let _ = write!(out, "<p>{}</p></section>", t("sheet-care"));
    }
    out.push_str("</body></html>\n");
    Ok(out)
}

fn qr(text: &str) -> Result<String> {
    let code = QrCode::with_error_correction_level(text, EcLevel::M)
        .map_err(|_| Problem::failed("the link is too long for a QR code").hint("shorten site.base_url"))?;
    let drawn = code.render::<svg::Color<'_>>().min_dimensions(200, 200).build();
    // Without the XML line it can stand in a page.
    Ok(drawn.find("<svg").map_or_else(String::new, |at| drawn[at..].to_owned()))
}
