using System.Text;
using Cadre.Knowledge.Chunks;
using Cadre.Knowledge.Extraction;

namespace Cadre.Knowledge.Tests.Chunks;

public sealed class A_chunk
{
    private static readonly Chunking Small = new(100, 0);

    [Theory]
    [InlineData(TextForm.Prose)]
    [InlineData(TextForm.Markdown)]
    [InlineData(TextForm.Code)]
    [InlineData(TextForm.Rows)]
    [InlineData(TextForm.Table)]
    public void Is_never_longer_than_it_may_be_and_nothing_is_lost(TextForm form)
    {
        var random = new Random(11);
        for (var round = 0; round < 60; round++)
        {
            var text = RandomText(random);
            var max = random.Next(100, 400);
            var chunks = Read(text, form, new Chunking(max, 0));
            Assert.All(chunks, chunk => Assert.InRange(TokenEstimate.Of(chunk.Text), 1, max));
            Assert.Equal(Enumerable.Range(0, chunks.Count), chunks.Select(chunk => chunk.Position));
            Assert.Equal(Letters(text), Letters(string.Concat(chunks.Select(chunk => chunk.Text))));
        }
    }

    [Theory]
    [InlineData(TextForm.Prose)]
    [InlineData(TextForm.Markdown)]
    [InlineData(TextForm.Code)]
    public void Overlaps_the_one_before_by_no_more_than_is_asked_and_is_always_the_same(TextForm form)
    {
        var random = new Random(5);
        for (var round = 0; round < 60; round++)
        {
            var text = RandomText(random).Replace("#", "", StringComparison.Ordinal);
            var max = random.Next(100, 400);
            var chunking = new Chunking(max, random.Next(0, max / 2 + 1));
            var chunks = Read(text, form, chunking);
            Assert.Equal(chunks, Read(text, form, chunking));
            for (var i = 1; i < chunks.Count; i++)
            {
                var (before, chunk) = (chunks[i - 1].Text, chunks[i].Text);
                var shared = Enumerable.Range(0, Math.Min(before.Length, chunk.Length)).Reverse().First(length => before.EndsWith(chunk[..length].TrimEnd(), StringComparison.Ordinal));
                Assert.InRange(TokenEstimate.Of(chunk.AsSpan(0, shared)), 0, chunking.OverlapTokens + 1);
                Assert.True(chunk.Length > shared, "A chunk has something new.");
            }
        }
    }

    [Fact]
    public void Overlaps_by_sentences()
    {
        var text = string.Join(' ', Enumerable.Range(0, 60).Select(i => $"This is the sentence with the number {i:00}."));
        var chunks = Read(text, TextForm.Prose, new Chunking(100, 40));
        Assert.True(chunks.Count > 3);
        for (var i = 1; i < chunks.Count; i++)
        {
            var firstSentence = chunks[i].Text[..(chunks[i].Text.IndexOf('.', StringComparison.Ordinal) + 1)];
            Assert.Contains(firstSentence, chunks[i - 1].Text, StringComparison.Ordinal);
            Assert.StartsWith("This is", firstSentence, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Begins_with_a_section_where_it_can_and_knows_the_headings_above_it()
    {
        var body = string.Join("\n\n", Enumerable.Range(0, 4).Select(i => $"Paragraph {i} has some words that fill it up to a good length, so that few of them fit."));
        var chunks = Read($"# Guide\n\n## First\n\n{body}\n\n## Second\n\n{body}\n\n{body}", TextForm.Markdown, Small);

        Assert.StartsWith("# Guide\n\n## First", chunks[0].Text, StringComparison.Ordinal);
        Assert.Equal("", chunks[0].Heading);
        Assert.Contains(chunks, chunk => chunk.Text.StartsWith("## Second", StringComparison.Ordinal) && chunk.Heading == "Guide");
        Assert.Equal("Guide › Second", chunks[^1].Heading);
        Assert.StartsWith("Guide › Second\nParagraph", chunks[^1].InContext, StringComparison.Ordinal);
    }

    [Fact]
    public void Keeps_a_heading_with_what_stands_below_it()
    {
        var text = string.Concat(Enumerable.Range(0, 40).Select(i => $"## Heading {i}\n\nA sentence below heading {i} that says a little more about it.\n\n"));
        Assert.All(Read(text, TextForm.Markdown, Small), chunk => Assert.DoesNotMatch(@"## Heading \d+\s*$", chunk.Text));
    }

    [Fact]
    public void Keeps_rows_whole_and_names_the_columns_of_a_table()
    {
        var rows = Enumerable.Range(0, 100).Select(i => $"{i},\"name of {i}. And more\",value {i}").ToList();
        var chunks = Read("id,name,value\n" + string.Join('\n', rows), TextForm.Table, Small);
        Assert.All(chunks.Skip(1), chunk => Assert.Equal("id,name,value", chunk.Heading));
        Assert.Equal(rows, chunks.SelectMany(chunk => chunk.Text.Split('\n')).Skip(1));
    }

    [Fact]
    public void Cuts_code_between_its_blocks()
    {
        var functions = Enumerable.Range(0, 30).Select(i => $"def function_{i}(a, b):\n    total = a + b + {i}\n    return total * {i}\n").ToList();
        Assert.All(Read(string.Join('\n', functions), TextForm.Code, Small), chunk => Assert.StartsWith("def ", chunk.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Has_no_characters_that_text_does_not_have()
    {
        var chunk = Assert.Single(Read("a\0b\u0007c\r\nd\u2028e\ufeff", TextForm.Prose, Small));
        Assert.Equal("abc\nd\ne", chunk.Text);
    }

    [Fact]
    public void Ends_the_reading_of_a_text_with_too_many_tokens()
    {
        using var text = new StringReader(string.Join(' ', Enumerable.Repeat("word", 10_000)));
        var reader = new ChunkReader(text, TextForm.Prose, Small, maxTokens: 1_000);
        Assert.InRange(reader.Read().Sum(chunk => TokenEstimate.Of(chunk.Text)), 800, 1_000);
        Assert.True(reader.IsCut);
    }

    private static List<Chunk> Read(string text, TextForm form, Chunking chunking)
    {
        using var reader = new StringReader(text);
        return [.. new ChunkReader(reader, form, chunking, maxTokens: 5_000_000).Read()];
    }

    private static string Letters(string text) => string.Concat(text.Where(character => !char.IsWhiteSpace(character)));

    /// <summary>Every word is another, so that what overlaps can be told.</summary>
    private static string RandomText(Random random)
    {
        string[] separators = [" ", " ", " ", ". ", ", ", "\n", "\n\n", "\n\n# ", "\n- ", "\n| ", "\n```\n", "。", "! ", " \"", "\r\n"];
        var text = new StringBuilder();
        for (var i = 0; i < 600; i++)
        {
            text.Append(random.Next(12) switch
            {
                0 => $"漢字{i}仮名",
                1 => string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(j => $"x{i}y{j}")),
                2 => $"🎉{i}",
                _ => $"word{i}",
            });
            text.Append(separators[random.Next(separators.Length)]);
        }

        return text.ToString();
    }
}
