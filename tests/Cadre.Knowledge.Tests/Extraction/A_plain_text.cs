using System.Text;
using Cadre.Knowledge.Extraction;

namespace Cadre.Knowledge.Tests.Extraction;

public sealed class A_plain_text
{
    private const string Text = "Größe: “naïve” – 3 €\nzweite Zeile\n";

    public static TheoryData<byte[]> Encodings => new(
        Encoding.UTF8.GetBytes(Text),
        [.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(Text)],
        [.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes(Text)],
        [.. Encoding.BigEndianUnicode.Preamble, .. Encoding.BigEndianUnicode.GetBytes(Text)],
        [.. Encoding.UTF32.Preamble, .. Encoding.UTF32.GetBytes(Text)],
        CodePagesEncodingProvider.Instance.GetEncoding(1252)!.GetBytes(Text));

    [Theory]
    [MemberData(nameof(Encodings))]
    public async Task Is_read_in_its_encoding(byte[] content)
    {
        await using var library = new Library();
        Assert.Equal(Text, (await library.ReadAsync("text.txt", content)).Text);
    }

    [Theory]
    [InlineData("a.md", TextForm.Markdown)]
    [InlineData("a.CSV", TextForm.Table)]
    [InlineData("a.jsonl", TextForm.Rows)]
    [InlineData("a.json", TextForm.Code)]
    [InlineData("a.c", TextForm.Code)]
    [InlineData("a.cpp", TextForm.Code)]
    [InlineData("a.cs", TextForm.Code)]
    [InlineData("a.css", TextForm.Code)]
    [InlineData("a.go", TextForm.Code)]
    [InlineData("a.java", TextForm.Code)]
    [InlineData("a.js", TextForm.Code)]
    [InlineData("a.php", TextForm.Code)]
    [InlineData("a.py", TextForm.Code)]
    [InlineData("a.rb", TextForm.Code)]
    [InlineData("a.sh", TextForm.Code)]
    [InlineData("a.ts", TextForm.Code)]
    [InlineData("a.tex", TextForm.Prose)]
    [InlineData("a.txt", TextForm.Prose)]
    [InlineData("no-extension", TextForm.Prose)]
    [InlineData("a.pdf", TextForm.Prose)]
    [InlineData("a.docx", TextForm.Prose)]
    public async Task Has_the_form_that_its_name_says(string name, TextForm form)
    {
        await using var library = new Library();
        Assert.Equal((form, "Only text."), await library.ReadAsync(name, "Only text."u8.ToArray()));
    }

    [Fact]
    public async Task That_writes_pages_is_code_and_a_page_without_a_name_is_a_page()
    {
        await using var library = new Library();
        Assert.Equal(TextForm.Code, (await library.ReadAsync("page.php", "<html><p>x"u8.ToArray())).Form);
        Assert.Equal((TextForm.Markdown, "x\n"), await library.ReadAsync("page", "\n <!DocType HTML><p>x"u8.ToArray()));
    }
}
