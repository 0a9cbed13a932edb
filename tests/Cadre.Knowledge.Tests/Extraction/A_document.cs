using System.Text;
using Cadre.Knowledge.Extraction;

namespace Cadre.Knowledge.Tests.Extraction;

public sealed class A_document
{
    [Fact]
    public async Task Of_Word_keeps_headings_lists_tables_and_notes()
    {
        await using var library = new Library();
        var (form, text) = await library.ReadAsync("report.docx", Documents.Docx(
            Documents.Paragraph("Annual report", "<w:pStyle w:val=\"berschrift1\"/>")
            + "<w:p><w:r><w:t>Sales </w:t></w:r><w:r><w:t xml:space=\"preserve\">rose by </w:t></w:r><w:ins><w:r><w:t>ten</w:t></w:r></w:ins><w:del><w:r><w:delText>nine</w:delText></w:r></w:del><w:r><w:t xml:space=\"preserve\"> percent.</w:t></w:r></w:p>"
            + Documents.Paragraph("Regions", "<w:pStyle w:val=\"Mein\"/>")
            + Documents.Paragraph("North", "<w:numPr><w:ilvl w:val=\"0\"/></w:numPr>")
            + Documents.Paragraph("Deep north", "<w:numPr><w:ilvl w:val=\"1\"/></w:numPr>")
            + "<w:tbl><w:tr><w:tc>" + Documents.Paragraph("Year") + "</w:tc><w:tc>" + Documents.Paragraph("Sum") + "</w:tc></w:tr>"
            + "<w:tr><w:tc>" + Documents.Paragraph("2025") + "</w:tc><w:tc>" + Documents.Paragraph("12 &amp; 13") + Documents.Paragraph("more") + "</w:tc></w:tr></w:tbl>"
            + Documents.Paragraph("After the table."),
            footnotes: "<w:footnote>" + Documents.Paragraph("Unaudited.") + "</w:footnote>"));

        Assert.Equal(TextForm.Markdown, form);
        Assert.Equal(
            """
            # Annual report

            Sales rose by ten percent.

            ## Regions

            - North
              - Deep north

            | Year | Sum
            | 2025 | 12 & 13 more

            After the table.

            Unaudited.

            """,
            text);
    }

    [Fact]
    public async Task Of_Excel_is_a_line_for_each_row_with_the_columns_names()
    {
        await using var library = new Library();
        var (form, text) = await library.ReadAsync("people.xlsx", Documents.Xlsx(
            """
            <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is><t>Score</t></is></c></row>
            <row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>45292</v></c><c r="C2" s="3"><v>9.5</v></c></row>
            <row r="4"><c r="B4" s="2"><v>45292.75</v></c><c r="C4" t="b"><v>1</v></c></row>
            """,
            "<si><t>Name</t></si><si><r><t>Bo</t></r><r><t>rn</t></r><rPh><t>spoken</t></rPh></si><si><t>Ada</t></si>"));

        Assert.Equal(TextForm.Rows, form);
        Assert.Equal(
            """
            People!A1: Name | Born | Score
            People!A2: Name: Ada | Born: 2024-01-01 | Score: 9.5
            People!B4: Born: 2024-01-01 18:00:00 | Score: TRUE

            """,
            text);
    }

    [Fact]
    public async Task Of_PowerPoint_goes_slide_by_slide()
    {
        await using var library = new Library();
        var (_, text) = await library.ReadAsync("talk.pptx", Documents.Pptx(("Welcome", "One\nTwo", "Smile here."), ("Thanks", "Questions?", null)));
        Assert.Equal(
            """
            # Slide 1

            ## Welcome

            One

            Two

            Notes: Smile here.

            # Slide 2

            ## Thanks

            Questions?

            """,
            text);
    }

    [Fact]
    public async Task Of_HTML_is_what_a_reader_sees()
    {
        await using var library = new Library();
        var (form, text) = await library.ReadAsync("page.html", Encoding.UTF8.GetBytes(
            """
            <!DOCTYPE html><html><head><title>The &quot;page&quot;</title><style>p { color: red }</style>
            <script>var a = "<p>not this</p>"; if (1 < 2) alert('</p>')</script></head>
            <body><!-- nor > this --><h2>A  <b>bold</b>
            heading</h2><p>Fish &amp; chips &lt;hot&gt;, 3 < 4.<br>Next line<p>Second&nbsp;paragraph <img src=x alt="a cat">
            <ul><li>one<li><p>two</p></ul>
            <table><tr><th>Name<th>Age</tr><tr><td><div>Ada</div></td><td>36</td></tr></table>
            <pre>  keep
               this</pre><svg><text>hidden</text></svg><textarea>typed <b></textarea><p title="a>b">End
            """));

        Assert.Equal(TextForm.Markdown, form);
        Assert.Equal(
            """
            # The "page"

            ## A bold heading

            Fish & chips <hot>, 3 < 4.
            Next line

            Second paragraph a cat

            - one
            - two

            | Name | Age
            | Ada | 36

            ```
              keep
               this
            ```

            typed <b>

            End

            """,
            text);
    }

    [Fact]
    public async Task Of_HTML_is_read_in_the_encoding_that_it_names()
    {
        await using var library = new Library();
        var (_, text) = await library.ReadAsync("page.html", [.. "<meta charset=\"windows-1251\"><p>"u8, 0xCF, 0xF0, 0xE8, 0xE2, 0xE5, 0xF2]);
        Assert.Equal("Привет\n", text);
    }

    [Fact]
    public async Task Of_PDF_is_read_page_by_page()
    {
        await using var library = new Library();
        var (form, text) = await library.ReadAsync("paper.pdf", Documents.Pdf("The first page.\nIts second line.", "The last page."));
        Assert.Equal(TextForm.Prose, form);
        Assert.Equal("The first page.\nIts second line.\n\n\fThe last page.\n\n\f", text);
    }

    [Fact]
    public async Task Of_PDF_needs_a_program_that_may_be_missing()
    {
        await using var library = new Library(extractor: options => options with { PdfToText = "pdftotext-is-not-here" });
        var refused = await library.RefusedAsync("paper.pdf", Documents.Pdf("Text"));
        Assert.Equal(IngestFault.UnsupportedFile, refused.Fault);
        Assert.Contains("apt-get install poppler-utils", refused.Message, StringComparison.Ordinal);
        Assert.Empty(library.Leftovers);
    }

    [Theory]
    [InlineData("doc.doc", "save it as docx")]
    [InlineData("doc.docx", "opens with a password only")]
    public async Task Of_the_old_Office_or_encrypted_says_what_to_do(string name, string advice)
    {
        await using var library = new Library();
        Assert.Contains(advice, (await library.RefusedAsync(name, [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, .. new byte[512]])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_which_a_killed_process_left_text_is_cleared_away_in_time()
    {
        await using var library = new Library();
        var (old, young) = (Directory.CreateDirectory(library.Path("extract/old")), Directory.CreateDirectory(library.Path("extract/young")));
        await File.WriteAllTextAsync(Path.Combine(old.FullName, "text"), "secret");
        old.LastWriteTimeUtc = young.LastWriteTimeUtc.AddDays(-2);
        await library.ReadAsync("page.html", "<p>x"u8.ToArray());
        Assert.Equal([young.FullName], library.Leftovers);
    }
}
