using System.IO.Compression;
using System.Text;

namespace Cadre.Knowledge.Tests.Extraction;

/// <summary>Makes the files that people upload, byte for byte as their formats are.</summary>
internal static class Documents
{
    private const string Main = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    private const string W = "xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"";
    private const string S = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\"";
    private const string P = "xmlns:p=\"http://schemas.openxmlformats.org/presentationml/2006/main\" xmlns:a=\"http://schemas.openxmlformats.org/drawingml/2006/main\"";

    public static byte[] Zip(params (string Name, string Content)[] parts) => Zip(parts.Select(part => (part.Name, Encoding.UTF8.GetBytes(part.Content))));

    public static byte[] Zip(IEnumerable<(string Name, byte[] Content)> parts)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <param name="body">Of w:body.</param>
    public static byte[] Docx(string body, string prolog = "", string footnotes = "") => Zip(
        ("_rels/.rels", Relations(("rId1", "officeDocument", "word/document.xml"))),
        ("word/_rels/document.xml.rels", Relations(("rId1", "styles", "styles.xml"), ("rId2", "footnotes", "footnotes.xml"))),
        ("word/styles.xml", $"""<w:styles {W}><w:style w:styleId="berschrift1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="Mein"><w:name w:val="Mein"/><w:basedOn w:val="berschrift2"/></w:style><w:style w:styleId="berschrift2"><w:name w:val="heading 2"/></w:style></w:styles>"""),
        ("word/footnotes.xml", $"<w:footnotes {W}>{footnotes}</w:footnotes>"),
        ("word/document.xml", $"{prolog}<w:document {W}><w:body>{body}</w:body></w:document>"));

    public static string Paragraph(string text, string properties = "") => $"<w:p><w:pPr>{properties}</w:pPr><w:r><w:t xml:space=\"preserve\">{text}</w:t></w:r></w:p>";

    public static byte[] Xlsx(string sheetData, string sharedStrings = "", string prolog = "") => Zip(
        ("_rels/.rels", Relations(("rId1", "officeDocument", "/xl/workbook.xml"))),
        ("xl/_rels/workbook.xml.rels", Relations(("rId1", "worksheet", "worksheets/sheet1.xml"), ("rId2", "sharedStrings", "sharedStrings.xml"), ("rId3", "styles", "styles.xml"))),
        ("xl/workbook.xml", $"""<workbook {S} xmlns:r="{Main}"><sheets><sheet name="People" sheetId="1" r:id="rId1"/></sheets></workbook>"""),
        ("xl/styles.xml", $"""<styleSheet {S}><numFmts><numFmt numFmtId="164" formatCode="yyyy\-mm\-dd hh:mm"/><numFmt numFmtId="165" formatCode="0.00 &quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>"""),
        ("xl/sharedStrings.xml", $"{prolog}<sst {S}>{sharedStrings}</sst>"),
        ("xl/worksheets/sheet1.xml", $"<worksheet {S}><sheetData>{sheetData}</sheetData></worksheet>"));

    public static byte[] Pptx(params (string Title, string Body, string? Notes)[] slides)
    {
        var parts = new List<(string, string)>
        {
            ("_rels/.rels", Relations(("rId1", "officeDocument", "ppt/presentation.xml"))),
            ("ppt/_rels/presentation.xml.rels", Relations([.. slides.Select((_, i) => ($"rId{i + 1}", "slide", $"slides/slide{i + 1}.xml"))])),
            ("ppt/presentation.xml", $"""<p:presentation {P} xmlns:r="{Main}"><p:sldIdLst>{string.Concat(slides.Select((_, i) => $"<p:sldId id=\"{256 + i}\" r:id=\"rId{i + 1}\"/>"))}</p:sldIdLst></p:presentation>"""),
        };
        for (var i = 0; i < slides.Length; i++)
        {
            parts.Add(($"ppt/slides/slide{i + 1}.xml", $"<p:sld {P}>{Shape("title", slides[i].Title)}{Shape("body", slides[i].Body)}{Shape("sldNum", $"{i + 1}")}</p:sld>"));
            if (slides[i].Notes is not { } notes) continue;
            parts.Add(($"ppt/slides/_rels/slide{i + 1}.xml.rels", Relations(("rId1", "notesSlide", $"../notesSlides/notesSlide{i + 1}.xml"))));
            parts.Add(($"ppt/notesSlides/notesSlide{i + 1}.xml", $"<p:notes {P}>{Shape("sldImg", "")}{Shape("body", notes)}</p:notes>"));
        }

        return Zip([.. parts]);
    }

    /// <summary>One page for each text, each line of it on a line.</summary>
    public static byte[] Pdf(params string[] pages)
    {
        var objects = new List<string>
        {
            "<< /Type /Catalog /Pages 2 0 R >>",
            $"<< /Type /Pages /Count {pages.Length} /Kids [{string.Join(' ', pages.Select((_, i) => $"{4 + 2 * i} 0 R"))}] >>",
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        };
        for (var i = 0; i < pages.Length; i++)
        {
            var lines = string.Concat(pages[i].Split('\n').Select(line => $"({line}) Tj 0 -14 Td "));
            var content = $"BT /F1 12 Tf 72 720 Td {lines}ET";
            objects.Add($"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * i} 0 R >>");
            objects.Add($"<< /Length {content.Length} >>\nstream\n{content}\nendstream");
        }

        return PdfOf(objects);
    }

    public static byte[] PdfOf(IReadOnlyList<string> objects)
    {
        var text = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        for (var i = 0; i < objects.Count; i++)
        {
            offsets.Add(text.Length);
            text.Append($"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        var table = text.Length;
        text.Append($"xref\n0 {objects.Count + 1}\n0000000000 65535 f \n");
        foreach (var offset in offsets) text.Append($"{offset:0000000000} 00000 n \n");
        text.Append($"trailer\n<< /Size {objects.Count + 1} /Root 1 0 R >>\nstartxref\n{table}\n%%EOF\n");
        return Encoding.Latin1.GetBytes(text.ToString());
    }

    public static string Relations(params (string Id, string Kind, string Target)[] relations) =>
        "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">"
        + string.Concat(relations.Select(relation => $"<Relationship Id=\"{relation.Id}\" Type=\"{Main}/{relation.Kind}\" Target=\"{relation.Target}\"/>"))
        + "</Relationships>";

    private static string Shape(string kind, string text) =>
        $"<p:sp><p:nvSpPr><p:nvPr><p:ph type=\"{kind}\"/></p:nvPr></p:nvSpPr><p:txBody>{string.Concat(text.Split('\n').Select(line => $"<a:p><a:r><a:t>{line}</a:t></a:r></a:p>"))}</p:txBody></p:sp>";
}
