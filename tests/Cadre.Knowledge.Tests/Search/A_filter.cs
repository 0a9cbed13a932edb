using System.Text.Json;

namespace Cadre.Knowledge.Tests.Search;

public sealed class A_filter
{
    private static readonly (string Id, string Attributes)[] Files =
    [
        ("a", """{"year":2020,"lang":"de","draft":true}"""),
        ("b", """{"year":2022,"lang":"en","draft":false}"""),
        ("c", """{"year":"2022","lang":"fr"}"""),
        ("d", "{}"),
    ];

    [Theory]
    [InlineData("""{"type":"eq","key":"year","value":2022}""", "b")]
    [InlineData("""{"type":"eq","key":"year","value":2022.0}""", "b")]
    [InlineData("""{"type":"eq","key":"year","value":"2022"}""", "c")]
    [InlineData("""{"type":"eq","key":"draft","value":false}""", "b")]
    [InlineData("""{"type":"eq","key":"lang","value":"DE"}""", "")]
    [InlineData("""{"type":"ne","key":"lang","value":"de"}""", "bcd")]
    [InlineData("""{"type":"ne","key":"draft","value":true}""", "bcd")]
    [InlineData("""{"type":"gt","key":"year","value":2020}""", "b")]
    [InlineData("""{"type":"gte","key":"year","value":2020}""", "ab")]
    [InlineData("""{"type":"lt","key":"year","value":2022}""", "a")]
    [InlineData("""{"type":"lte","key":"year","value":2022}""", "ab")]
    [InlineData("""{"type":"gt","key":"lang","value":"de"}""", "bc")]
    [InlineData("""{"type":"gt","key":"draft","value":false}""", "")]
    [InlineData("""{"type":"in","key":"lang","value":["de","fr","es"]}""", "ac")]
    [InlineData("""{"type":"in","key":"year","value":["2022",2020]}""", "ac")]
    [InlineData("""{"type":"in","key":"lang","value":[]}""", "")]
    [InlineData("""{"type":"nin","key":"lang","value":["de","fr"]}""", "bd")]
    [InlineData("""{"type":"and","filters":[{"type":"gte","key":"year","value":2020},{"type":"eq","key":"lang","value":"en"}]}""", "b")]
    [InlineData("""{"type":"or","filters":[{"type":"eq","key":"lang","value":"fr"},{"type":"and","filters":[{"type":"eq","key":"draft","value":true},{"type":"eq","key":"year","value":2020}]}]}""", "ac")]
    [InlineData("""{"type":"and","filters":[]}""", "abcd")]
    [InlineData("""{"type":"or","filters":[]}""", "")]
    [InlineData("""{"type":"eq","key":"x' OR 1=1 --","value":"'; DROP TABLE files"}""", "")]
    public async Task Chooses_files_for_words_and_vectors_alike(string filter, string expected)
    {
        foreach (var embedder in new ConceptEmbedder?[] { null, new() })
        {
            await using var library = new Library(embedder);
            foreach (var (id, attributes) in Files) await library.AddAsync(id, $"Whales in file {id}.", attributes: attributes);
            var found = await library.SearchAsync("whales", Library.Filter(filter));
            Assert.Equal(expected, string.Concat(found.Select(chunk => chunk.FileId).Order()));
        }
    }

    [Fact]
    public async Task Is_applied_before_the_results_are_counted()
    {
        await using var library = new Library();
        for (var i = 0; i < 300; i++) await library.AddAsync($"loud-{i}", "whales whales whales");
        await library.AddAsync("quiet", "Somewhere in a much longer text than the others there are whales as well.", attributes: """{"tag":"quiet"}""");
        var found = await library.SearchAsync(new SearchRequest("whales") { MaxResults = 1, Filter = Library.Filter("""{"type":"eq","key":"tag","value":"quiet"}""") });
        Assert.Equal("quiet", Assert.Single(found).FileId);
    }

    [Fact]
    public async Task Sees_attributes_that_were_set_later()
    {
        await using var library = new Library();
        await library.AddAsync("a", "Whales.", attributes: """{"tag":"old"}""");
        await library.Index.SetAttributesAsync(Library.Store, "a", Library.Attributes("""{"tag":"new","big":12345678901234567890}"""), CancellationToken.None);
        Assert.Empty(await library.SearchAsync("whales", Library.Filter("""{"type":"eq","key":"tag","value":"old"}""")));
        var found = Assert.Single(await library.SearchAsync("whales", Library.Filter("""{"type":"eq","key":"tag","value":"new"}""")));
        Assert.Equal("12345678901234567890", found.Attributes["big"].GetRawText());
    }

    [Theory]
    [InlineData("""{"k":null}""")]
    [InlineData("""{"k":[1]}""")]
    [InlineData("""{"k":{}}""")]
    [InlineData("""{"":1}""")]
    [InlineData("""{"k":"\ud800"}""")]
    [InlineData("""{"k":1e999}""")]
    [InlineData("""{"1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1,"9":1,"10":1,"11":1,"12":1,"13":1,"14":1,"15":1,"16":1,"17":1}""")]
    public async Task Is_not_on_attributes_that_cannot_be(string attributes)
    {
        await using var library = new Library();
        Assert.NotNull(FileAttributes.Fault(Library.Attributes(attributes)));
        await Assert.ThrowsAsync<ArgumentException>(() => library.AddAsync("a", "Whales.", attributes: attributes));
    }

    [Theory]
    [InlineData("[]", "filters")]
    [InlineData("{}", "filters.type")]
    [InlineData("""{"type":"like","key":"a","value":"b"}""", "filters.type")]
    [InlineData("""{"type":7,"key":"a","value":"b"}""", "filters.type")]
    [InlineData("""{"type":"eq","value":"b"}""", "filters.key")]
    [InlineData("""{"type":"eq","key":1,"value":"b"}""", "filters.key")]
    [InlineData("""{"type":"eq","key":"\ud800","value":"b"}""", "filters.key")]
    [InlineData("""{"type":"eq","key":"a"}""", "filters.value")]
    [InlineData("""{"type":"eq","key":"a","value":null}""", "filters.value")]
    [InlineData("""{"type":"eq","key":"a","value":"\udc00"}""", "filters.value")]
    [InlineData("""{"type":"eq","key":"a","value":[1]}""", "filters.value")]
    [InlineData("""{"type":"eq","key":"a","value":1e999}""", "filters.value")]
    [InlineData("""{"type":"in","key":"a","value":"b"}""", "filters.value")]
    [InlineData("""{"type":"in","key":"a","value":["b",{}]}""", "filters.value[1]")]
    [InlineData("""{"type":"eq","key":"a","value":1,"extra":2}""", "filters.extra")]
    [InlineData("""{"type":"and"}""", "filters.filters")]
    [InlineData("""{"type":"or","filters":[{"type":"eq","key":"a","value":1},{"type":"and","filters":[{"type":"eq"}]}]}""", "filters.filters[1].filters[0].key")]
    public void That_is_wrong_names_the_place(string json, string path)
    {
        using var document = JsonDocument.Parse(json);
        Assert.False(AttributeFilter.TryParse(document.RootElement, "filters", out var filter, out var fault));
        Assert.Null(filter);
        Assert.Equal(path, fault!.Path);
    }

    [Fact]
    public void Nests_within_a_limit()
    {
        var nested = """{"type":"eq","key":"a","value":1}""";
        for (var depth = 1; depth < AttributeFilter.MaxDepth; depth++) nested = $$"""{"type":"and","filters":[{{nested}}]}""";
        Assert.NotNull(Library.Filter(nested));
        using var document = JsonDocument.Parse($$"""{"type":"and","filters":[{{nested}}]}""");
        Assert.False(AttributeFilter.TryParse(document.RootElement, "filters", out _, out _));
        var comparisons = string.Join(',', Enumerable.Repeat("""{"type":"eq","key":"a","value":1}""", AttributeFilter.MaxComparisons + 1));
        using var many = JsonDocument.Parse($$"""{"type":"or","filters":[{{comparisons}}]}""");
        Assert.False(AttributeFilter.TryParse(many.RootElement, "filters", out _, out var fault));
        Assert.Equal($"filters.filters[{AttributeFilter.MaxComparisons}]", fault!.Path);
    }
}
