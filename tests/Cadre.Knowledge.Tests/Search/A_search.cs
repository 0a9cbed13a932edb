using System.Text;

namespace Cadre.Knowledge.Tests.Search;

public sealed class A_search
{
    /// <summary>Text of a file, and what is asked for it.</summary>
    private static readonly (string Name, string Text, string[] Queries)[] Corpus =
    [
        ("refunds.md", "# Refunds\n\nA customer may return goods within 30 days of delivery. The money is paid back to the card that was used.\n\n## Exceptions\n\nDownloads and gift cards cannot be returned.", ["how long can I return goods", "can gift cards be returned", "refund exceptions"]),
        ("shipping.md", "# Shipping\n\nParcels are shipped from Hamburg every working day. Delivery to Iceland takes nine days.\n\n## Costs\n\nShipping is free above 50 euros.", ["delivery to Iceland", "where are parcels shipped from", "free shipping costs"]),
        ("security.md", "# Security\n\nPasswords are hashed with Argon2. Two-factor authentication uses time-based codes.\n\n## Reporting\n\nReport a vulnerability to the security team; do not open a public issue.", ["how are passwords stored hashed", "two factor authentication", "report a vulnerability"]),
        ("cooking.txt", "Bring the water to the boil and add salt. Cook the pasta until it is al dente, which takes nine minutes.\n\nFor the sauce, fry garlic in olive oil.", ["cook pasta", "garlic sauce", "how much time does pasta take"]),
        ("Parser.cs", "public sealed class HttpHeaderParser\n{\n    public static string ParseContentLength(string line) => line.Split(':')[1];\n\n    private int retry_count = 3;\n}\n", ["ParseContentLength", "http header parser", "retry count", "content length parsing"]),
        ("staff.csv", "name,department,phone\nAda Lovelace,Analysis,555-0101\nGrace Hopper,Compilers,555-0102\nAlan Turing,Logic,555-0103\n", ["Grace Hopper phone", "who works in Logic department", "555-0101"]),
        ("tokyo.txt", "東京は日本の首都です。人口は約千四百万人です。", ["日本の首都", "東京の人口", "首都"]),
        ("seoul.txt", "서울은 대한민국의 수도이다. 한강이 도시를 가로지른다.", ["대한민국의 수도", "한강"]),
        ("moscow.txt", "Москва является столицей России. Город стоит на реке.", ["столицей России", "МОСКВА"]),
        ("cafe.txt", "Le café à côté de l'hôtel est fermé le dimanche.", ["cafe ferme dimanche", "hôtel café"]),
        ("astronomy.txt", "Jupiter is the largest planet of the solar system. Saturn has rings made of ice.", ["largest planet", "what are the rings of Saturn made of", "planets"]),
    ];

    [Fact]
    public async Task Has_the_right_chunk_first()
    {
        await using var library = new Library();
        await IngestCorpusAsync(library);
        var wrong = new List<string>();
        foreach (var (name, _, queries) in Corpus)
        {
            foreach (var query in queries)
            {
                var found = await library.SearchAsync(query);
                if (found is [] || found[0].FileName != name) wrong.Add($"{query}: {string.Join(", ", found.Select(chunk => chunk.FileName))}");
            }
        }

        Assert.Equal([], wrong);
    }

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("\"")]
    [InlineData("AND OR NOT NEAR(")]
    [InlineData("heading: text* ^x -y +z {a b} : col")]
    [InlineData("'); DROP TABLE chunks; --")]
    [InlineData("a\0b\uD800c\uDC00")]
    [InlineData("🎉🎉 🎉")]
    [InlineData("%s%n{0}")]
    public async Task Takes_any_text_for_a_query(string query)
    {
        await using var library = new Library(new ConceptEmbedder());
        await IngestCorpusAsync(library);
        foreach (var found in await library.SearchAsync(query + " pasta")) Assert.InRange(found.Score, 0, 1);
        await library.SearchAsync(query);
        await library.SearchAsync(string.Concat(Enumerable.Repeat(query + " word", 20_000)));
        Assert.NotEmpty(await library.SearchAsync("pasta"));
    }

    [Fact]
    public async Task Of_a_stop_word_alone_still_looks_for_it()
    {
        await using var library = new Library();
        await library.AddAsync("file-1", "To be or not to be.");
        Assert.Single(await library.SearchAsync("not to be"));
    }

    [Fact]
    public async Task Gives_falling_scores_within_its_limits()
    {
        await using var library = new Library();
        for (var i = 0; i < 70; i++) await library.AddAsync($"file-{i}", $"Apples number {i}. {string.Concat(Enumerable.Repeat("pears ", i))}");

        var all = await library.SearchAsync(new SearchRequest("apples") { MaxResults = 1000 });
        Assert.Equal(50, all.Count);
        Assert.Equal(all.Select(found => found.Score).OrderDescending(), all.Select(found => found.Score));
        Assert.Equal(1, all[0].Score);
        Assert.Equal(20, (await library.SearchAsync("apples")).Count);
        Assert.Equal(3, (await library.SearchAsync(new SearchRequest("apples") { MaxResults = 3 })).Count);

        var best = await library.SearchAsync(new SearchRequest("apples") { ScoreThreshold = all[4].Score });
        Assert.Equal(all.Take(5).Select(found => found.FileId), best.Select(found => found.FileId));
    }

    [Fact]
    public async Task Puts_chunks_with_every_word_first_unless_the_ranker_is_none()
    {
        await using var library = new Library();
        await library.AddAsync("many", "zebra zebra zebra zebra zebra zebra zebra");
        await library.AddAsync("both", $"zebra crossing {string.Join(' ', Enumerable.Range(0, 400).Select(i => $"filler{i}"))}");
        for (var i = 0; i < 20; i++) await library.AddAsync($"other-{i}", "A crossing is a place to cross.");

        Assert.Equal("both", (await library.SearchAsync("zebra crossing"))[0].FileId);
        Assert.Equal("many", (await library.SearchAsync(new SearchRequest("zebra crossing") { Ranker = Ranker.None }))[0].FileId);
    }

    [Fact]
    public async Task Shows_the_headings_above_a_chunk_once()
    {
        await using var library = new Library();
        var filler = string.Join("\n\n", Enumerable.Range(0, 12).Select(i => $"Filler paragraph {i} goes on and on about nothing that matters to anyone."));
        await library.AddAsync("file-1", $"# Manual\n\n## Brakes\n\n{filler}\n\nReplace the pads every year.", "manual.md", chunking: new Chunking(100, 0));
        var found = Assert.Single(await library.SearchAsync("replace brakes pads"), chunk => chunk.Text.Contains("pads", StringComparison.Ordinal));
        Assert.StartsWith("Manual › Brakes\n", found.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("Brakes", found.Text[16..], StringComparison.Ordinal);
        Assert.DoesNotContain(await library.TextAsync("file-1"), text => text.Contains('›', StringComparison.Ordinal));
    }

    [Fact]
    public async Task Finds_by_meaning_where_there_are_vectors()
    {
        await using var library = new Library(new ConceptEmbedder());
        await library.AddAsync("cars", "My automobile broke down.");
        await library.AddAsync("doctors", "The physician was late.");
        Assert.Equal("cars", (await library.SearchAsync("sedan"))[0].FileId);
        Assert.Equal("doctors", (await library.SearchAsync("surgeon"))[0].FileId);
    }

    [Fact]
    public async Task Weighs_words_and_meaning_as_it_is_told()
    {
        await using var library = new Library(new ConceptEmbedder());
        await library.AddAsync("word", "sedan chairs were carried by two men through narrow streets of old towns");
        await library.AddAsync("meaning", "car automobile vehicle");
        Assert.Equal("word", (await library.SearchAsync(new SearchRequest("sedan") { EmbeddingWeight = 0.1, TextWeight = 0.9 }))[0].FileId);
        Assert.Equal("meaning", (await library.SearchAsync(new SearchRequest("sedan") { TextWeight = 0 }))[0].FileId);
        Assert.Equal("word", Assert.Single(await library.SearchAsync(new SearchRequest("sedan") { EmbeddingWeight = 0 })).FileId);
        Assert.Equal(2, (await library.SearchAsync(new SearchRequest("sedan") { TextWeight = 0 })).Count);
    }

    [Fact]
    public async Task Goes_by_words_when_the_endpoint_gives_no_vectors()
    {
        await using var library = new Library(new ConceptEmbedder { EndsAfter = 0 });
        Assert.Equal(1, Assert.IsType<Ingested.Done>(await library.AddAsync("cars", "My automobile broke down.")).Chunks);
        Assert.Single(await library.SearchAsync("automobile"));
        Assert.Empty(await library.SearchAsync("sedan"));
    }

    [Theory]
    [InlineData("concepts", 32)]
    [InlineData("others", 64)]
    public async Task Compares_no_vectors_of_another_embedder(string id, int dimensions)
    {
        await using var library = new Library(new ConceptEmbedder());
        await library.AddAsync("cars", "My automobile broke down.");
        await using var later = library.With(new ConceptEmbedder(id, dimensions));
        Assert.Empty(await later.SearchAsync([Library.Store], new SearchRequest("sedan"), CancellationToken.None));
        Assert.Single(await later.SearchAsync([Library.Store], new SearchRequest("automobile"), CancellationToken.None));
    }

    [Fact]
    public async Task Sends_texts_to_the_embedder_in_bounded_batches()
    {
        var embedder = new ConceptEmbedder();
        await using var library = new Library(embedder, options: options => options with { EmbeddingBatchTexts = 8 });
        var text = new StringBuilder();
        for (var i = 0; i < 2_000; i++) text.Append($"Sentence {i} of a text that is long enough. ");
        var done = Assert.IsType<Ingested.Done>(await library.AddAsync("file-1", text.ToString(), chunking: new Chunking(200, 0)));
        Assert.Equal(done.Chunks, embedder.BatchSizes.Sum());
        Assert.InRange(embedder.BatchSizes.Max(), 1, 8);
        Assert.True(done.UsageBytes > done.Chunks * 64 + text.Length * 9 / 10);
    }

    [Fact]
    public async Task Keeps_to_its_memory_for_vectors()
    {
        await using var library = new Library(new ConceptEmbedder(), options: options => options with { VectorCacheBytes = 0 });
        for (var i = 0; i < 10; i++) await library.AddAsync($"file-{i}", $"The physician number {i}.");
        await library.AddAsync("cars", "My automobile broke down.");
        Assert.Equal("cars", (await library.SearchAsync("sedan"))[0].FileId);
    }

    [Fact]
    public async Task By_meaning_follows_what_is_added_replaced_and_removed()
    {
        await using var library = new Library(new ConceptEmbedder());
        await library.AddAsync("a", "My automobile broke down.");
        Assert.Equal(["a"], (await library.SearchAsync("sedan")).Select(found => found.FileId));
        await library.AddAsync("b", "A vehicle.");
        Assert.Equal(["b", "a"], (await library.SearchAsync("sedan")).Select(found => found.FileId));
        await library.AddAsync("b", "The physician was late.");
        Assert.Equal("a", (await library.SearchAsync("sedan"))[0].FileId);
        await library.Index.RemoveAsync(Library.Store, "a", CancellationToken.None);
        Assert.Equal(["b"], (await library.SearchAsync("sedan")).Select(found => found.FileId));
        await library.Index.DeleteAsync(Library.Store, CancellationToken.None);
        Assert.Empty(await library.SearchAsync("sedan"));
        await library.AddAsync("c", "Cash and funds.");
        Assert.Equal(["c"], (await library.SearchAsync("money")).Select(found => found.FileId));
    }

    private static async Task IngestCorpusAsync(Library library)
    {
        foreach (var (name, text, _) in Corpus) await library.AddAsync("file-" + name, text, name);
    }
}
