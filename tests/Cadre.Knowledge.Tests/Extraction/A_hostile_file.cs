using System.Diagnostics.CodeAnalysis;
using System.Text;
using Cadre.Knowledge.Extraction;

namespace Cadre.Knowledge.Tests.Extraction;

/// <summary>Each ends as refused or as done, within the limits; nothing stays of it, and the next file is read as before.</summary>
public sealed class A_hostile_file
{
    private static readonly ExtractorOptions Tight = ExtractorOptions.Default with
    {
        ChildWall = TimeSpan.FromSeconds(40),
        ChildCpu = TimeSpan.FromSeconds(20),
        ChildMemoryBytes = 512L << 20,
        MaxTextBytes = 8L << 20,
    };

    private static readonly Dictionary<string, (string Name, Func<byte[]> Content, IngestFault? Fault)> Table = new()
    {
        ["a zip bomb in a document"] = ("bomb.docx", () => Documents.Docx("<w:p><w:r><w:t>" + new string('a', 100 << 20) + "</w:t></w:r></w:p>"), IngestFault.TooLarge),
        ["a document of more text than is allowed"] = ("long.docx", () => Documents.Docx(string.Concat(Enumerable.Range(0, 200_000).Select(i => Documents.Paragraph($"Paragraph {i} {i * 7919L % 1_000_003} of a long, long document.")))), IngestFault.TooLarge),
        ["an archive in an archive"] = ("nested.zip", () => Documents.Zip([("inner.zip", Documents.Zip([("zeros", new byte[50 << 20])]))]), IngestFault.UnsupportedFile),
        ["an archive named like a document"] = ("nested.docx", () => Documents.Zip([("inner.zip", Documents.Zip([("zeros", new byte[1 << 20])]))]), IngestFault.UnsupportedFile),
        ["a million entries"] = ("entries.xlsx", ManyEntries, IngestFault.TooLarge),
        ["names that leave the directory"] = ("names.docx", () => Documents.Zip(("../../../../tmp/evil.xml", "<x/>"), ("/etc/passwd", "x"), ("word/document.xml", "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:p><w:r><w:t>Harmless.</w:t></w:r></w:p></w:document>")), null),
        ["relations that leave the directory"] = ("relations.docx", () => Documents.Zip(("_rels/.rels", Documents.Relations(("rId1", "officeDocument", "../../../../etc/passwd")))), IngestFault.UnsupportedFile),
        ["an external entity in a document"] = ("xxe.docx", () => Documents.Docx(Documents.Paragraph("&e;"), "<!DOCTYPE x [<!ENTITY e SYSTEM \"file:///etc/passwd\">]>"), IngestFault.InvalidFile),
        ["a billion laughs in a document"] = ("laughs.docx", () => Documents.Docx(Documents.Paragraph("&i;"), Laughs()), IngestFault.InvalidFile),
        ["a billion laughs in a workbook"] = ("laughs.xlsx", () => Documents.Xlsx("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>", "<si><t>&i;</t></si>", Laughs()), IngestFault.InvalidFile),
        ["gigantic shared strings"] = ("shared.xlsx", () => Documents.Xlsx("<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c></row>", string.Concat(Enumerable.Range(0, 3_000_000).Select(i => $"<si><t>{i * 7919L:x16}{i * 104729L:x16}{i * 1299709L:x16}</t></si>"))), IngestFault.TooLarge),
        ["a row of shared strings over and over"] = ("repeated.xlsx", () => Documents.Xlsx(string.Concat(Enumerable.Range(1, 40_000).Select(i => $"<row r=\"{i}\"><c t=\"s\"><v>0</v></c></row>")), $"<si><t>{string.Concat(Enumerable.Range(0, 200).Select(i => $"word{i} "))}</t></si>"), IngestFault.TooLarge),
        ["deep elements in a document"] = ("deep.docx", () => Documents.Docx(string.Concat(Enumerable.Repeat("<w:sdt>", 1_000_000))), IngestFault.InvalidFile),
        ["a document that ends in the middle"] = ("cut.docx", () => Documents.Docx(Documents.Paragraph("Whole."))[..^40], IngestFault.InvalidFile),
        ["a part that is damaged"] = ("damaged.docx", Damaged, IngestFault.InvalidFile),
        ["sizes that are lies"] = ("lies.docx", LyingSizes, IngestFault.InvalidFile),
        ["a million nested elements in a page"] = ("deep.html", () => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("<div>", 1_000_000)) + "bottom"), null),
        ["a page of open scripts"] = ("open.html", () => Encoding.UTF8.GetBytes("<p>seen" + string.Concat(Enumerable.Repeat("<script>", 500_000))), null),
        ["a tag without an end"] = ("tag.html", () => Encoding.UTF8.GetBytes("<p>seen<p class=\"" + new string('x', 5_000_000)), null),
        ["a page of entities"] = ("entities.html", () => Encoding.UTF8.GetBytes("<p>" + string.Concat(Enumerable.Repeat("&amp;&#0;&#xD800;&#99999999;", 200_000))), null),
        ["a PDF of garbage"] = ("garbage.pdf", () => [.. "%PDF-1.7\n"u8, .. Noise(200_000)], IngestFault.InvalidFile),
        ["a PDF whose pages are their own parents"] = ("loop.pdf", () => Documents.PdfOf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 2 /Kids [2 0 R 2 0 R] >>"]), IngestFault.InvalidFile),
        ["a PDF with a form that draws itself"] = ("form.pdf", RecursiveForm, IngestFault.InvalidFile),
        ["a PDF that says it has a billion pages"] = ("pages.pdf", () => Documents.PdfOf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Count 1000000000 /Kids [] >>"]), IngestFault.InvalidFile),
        ["a PDF that ends in the middle"] = ("cut.pdf", () => Documents.Pdf("Hello")[..200], IngestFault.InvalidFile),
        ["a PDF that is an archive too"] = ("both.pdf", () => [.. Documents.Pdf("Of the PDF."), .. Documents.Docx(Documents.Paragraph("Of the archive."))], null),
        ["a page that is an archive too"] = ("both.docx", () => [.. "<html><p>Of the page.</p><!-- "u8, .. Documents.Docx(Documents.Paragraph("Of the archive."))], IngestFault.InvalidFile),
        ["a program"] = ("program.txt", () => File.ReadAllBytes("/bin/true"), IngestFault.UnsupportedFile),
        ["noise named like a document"] = ("noise.docx", () => Noise(100_000), IngestFault.InvalidFile),
        ["noise named like a PDF"] = ("noise.pdf", () => Noise(100_000), IngestFault.InvalidFile),
        ["noise after a byte order mark"] = ("noise.txt", () => [0xFF, 0xFE, .. Noise(100_001)], null),
        ["an empty file"] = ("empty.txt", () => [], IngestFault.InvalidFile),
        ["an empty page"] = ("empty.html", () => "<html></html>"u8.ToArray(), IngestFault.InvalidFile),
        ["nothing but white space"] = ("white.txt", () => Encoding.UTF8.GetBytes(new string(' ', 1_000_000) + "\n\n\t"), IngestFault.InvalidFile),
        ["a line of fifty megabytes"] = ("line.txt", () => [.. Enumerable.Repeat((byte)'x', 50_000_000)], IngestFault.TooLarge),
        ["a line of seven megabytes"] = ("line.txt", () => [.. Enumerable.Repeat((byte)'x', 7_000_000)], null),
        ["a million empty headings"] = ("headings.md", () => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("# x\n", 1_000_000))), null),
        ["a quotation mark that opens a table's only row"] = ("open.csv", () => Encoding.UTF8.GetBytes("\"" + string.Concat(Enumerable.Repeat("a,b\n", 500_000))), null),
    };

    public static TheoryData<string> Names => [.. Table.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    [SuppressMessage("Performance", "CA1854", Justification = "The key is the test's name.")]
    public async Task Does_no_harm(string file)
    {
        await using var library = new Library(extractor: options => Tight with { TemporaryDirectory = options.TemporaryDirectory });
        var (name, content, fault) = Table[file];

        var ingested = await library.AddAsync("hostile", content(), name);

        Assert.True(fault == (ingested as Ingested.Refused)?.Fault, $"{ingested} {string.Join("|", await library.TextAsync("hostile"))}");
        Assert.Empty(library.Leftovers);
        if (fault is not null) Assert.Empty(await library.TextAsync("hostile"));
        Assert.IsType<Ingested.Done>(await library.AddAsync("good", "Still here.", "good.md"));
        Assert.Contains(await library.SearchAsync("still here"), found => found.FileId == "good");
    }

    private static string Laughs()
    {
        var dtd = new StringBuilder("<!DOCTYPE x [<!ENTITY a \"ha\">");
        for (var c = 'b'; c <= 'i'; c++) dtd.Append($"<!ENTITY {c} \"{string.Concat(Enumerable.Repeat($"&{(char)(c - 1)};", 10))}\">");
        return dtd.Append("]>").ToString();
    }

    private static byte[] Noise(int length)
    {
        var noise = new byte[length];
        new Random(7).NextBytes(noise);
        return noise;
    }

    private static byte[] ManyEntries() => Documents.Zip(Enumerable.Range(0, 1_000_000).Select(i => ($"{i}", Array.Empty<byte>())));

    private static byte[] Damaged()
    {
        var content = Documents.Docx(string.Concat(Enumerable.Range(0, 5_000).Select(i => Documents.Paragraph($"Number {i}"))));
        Noise(1_000).CopyTo(content, content.Length / 2);
        return content;
    }

    /// <summary>The text's part says that it unpacks to one byte.</summary>
    private static byte[] LyingSizes()
    {
        var content = Documents.Docx(Documents.Paragraph("More than a byte."));
        for (var at = content.AsSpan().IndexOf("PK\x01\x02"u8); at >= 0 && at < content.Length;)
        {
            BitConverter.GetBytes(1).CopyTo(content, at + 24);
            var next = content.AsSpan(at + 4).IndexOf("PK\x01\x02"u8);
            if (next < 0) break;
            at += 4 + next;
        }

        return content;
    }

    private static byte[] RecursiveForm() => Documents.PdfOf(
    [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >> /Contents 5 0 R >>",
        "<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >> /Length 11 >>\nstream\n/X Do /X Do\nendstream",
        "<< /Length 5 >>\nstream\n/X Do\nendstream",
    ]);
}
