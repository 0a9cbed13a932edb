using Cadre.Server.Files.VectorStores;
using Cadre.Testing;

namespace Cadre.Server.Tests.Files;

public sealed class A_vector_store
{
    [Fact]
    public async Task Is_made_read_listed_changed_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var (status, store) = await server.PostAsync("vector_stores", """{"name":"Manuals","metadata":{"a":"b"},"expires_after":{"anchor":"last_active_at","days":7}}""");
        Assert.Equal(200, status);
        var id = store.Text("id")!;
        Assert.StartsWith("vs_", id, StringComparison.Ordinal);
        Assert.Equal(("vector_store", "Manuals", "completed", "b", "7"), (store.Text("object"), store.Text("name"), store.Text("status"), store.Text("metadata.a"), store.Text("expires_after.days")));
        Assert.Equal(7 * 86_400, store.GetProperty("expires_at").GetInt64() - store.GetProperty("last_active_at").GetInt64());
        Assert.Equal("""{"in_progress":0,"completed":0,"failed":0,"cancelled":0,"total":0}""", store.GetProperty("file_counts").GetRawText());

        Assert.Equal("Books", (await server.PostAsync($"vector_stores/{id}", """{"name":"Books","expires_after":null}""")).Body.Text("name"));
        var changed = (await server.GetAsync($"vector_stores/{id}")).Body;
        Assert.Equal(("Books", "b", null), (changed.Text("name"), changed.Text("metadata.a"), changed.Text("expires_at")));
        Assert.Equal(id, (await server.GetAsync("vector_stores")).Body.Text("data.0.id"));
        Assert.Equal($$"""{"id":"{{id}}","object":"vector_store.deleted","deleted":true}""", (await server.DeleteAsync($"vector_stores/{id}")).Body.GetRawText());
        Assert.Equal(404, (await server.GetAsync($"vector_stores/{id}")).Status);
    }

    [Fact]
    public async Task Ingests_its_files_and_counts_them()
    {
        await using var server = await TestServer.StartAsync();
        var good = await server.UploadAsync("a.md", "# Bees\n\nBees make honey in hives.");
        var empty = await server.UploadAsync("b.txt", "");
        var binary = await FileForms.SendAsync(server.Http, "c.bin", [0, 1, 2, 255, 254, 0, 0, 7]);
        var store = await server.CreateStoreAsync(good, empty, binary.Body.Text("id")!);
        var body = (await server.GetAsync($"vector_stores/{store}")).Body;
        Assert.Equal("""{"in_progress":0,"completed":1,"failed":2,"cancelled":0,"total":3}""", body.GetProperty("file_counts").GetRawText());
        Assert.True(body.GetProperty("usage_bytes").GetInt64() > 0);

        var file = (await server.GetAsync($"vector_stores/{store}/files/{good}")).Body;
        Assert.Equal(("completed", null, "static", "800"), (file.Text("status"), file.Text("last_error"), file.Text("chunking_strategy.type"), file.Text("chunking_strategy.static.max_chunk_size_tokens")));
        Assert.Equal("invalid_file", (await server.GetAsync($"vector_stores/{store}/files/{empty}")).Body.Text("last_error.code"));
        Assert.Equal("unsupported_file", (await server.GetAsync($"vector_stores/{store}/files/{binary.Body.Text("id")}")).Body.Text("last_error.code"));
        Assert.Contains("honey", (await server.GetAsync($"vector_stores/{store}/files/{good}/content")).Body.Text("data.0.text"), StringComparison.Ordinal);
        Assert.Equal(2, (await server.GetAsync($"vector_stores/{store}/files?filter=failed")).Body.GetProperty("data").GetArrayLength());
        Assert.Equal(good, (await server.GetAsync($"vector_stores/{store}/files?order=asc&limit=1")).Body.Text("data.0.id"));
        Assert.Equal(empty, (await server.GetAsync($"vector_stores/{store}/files?order=asc&limit=1&after={good}")).Body.Text("data.0.id"));
    }

    [Fact]
    public async Task Tells_pollers_when_to_come_back()
    {
        await using var server = await TestServer.StartAsync();
        var file = await server.UploadAsync("a.txt", "words");
        var store = await server.CreateStoreAsync();
        using var content = new StringContent($$"""{"file_id":"{{file}}"}""", System.Text.Encoding.UTF8, "application/json");
        using var response = await server.Http.PostAsync($"vector_stores/{store}/files", content);
        Assert.Equal("200", Assert.Single(response.Headers.GetValues("openai-poll-after-ms")));
        await server.IngestedAsync(store);
    }

    [Fact]
    public async Task Is_searched_with_filters_and_thresholds()
    {
        await using var server = await TestServer.StartAsync();
        var bees = await server.UploadAsync("bees.txt", "Bees make honey in hives.");
        var bears = await server.UploadAsync("bears.txt", "Bears eat honey in forests.");
        var store = await server.CreateStoreAsync();
        await AddAsync(server, store, bees, """{"kind":"insect","legs":6,"flies":true}""");
        await AddAsync(server, store, bears, """{"kind":"mammal","legs":4,"flies":false}""");
        await server.IngestedAsync(store);

        var all = await server.SearchAsync(store, """{"query":"honey in hives","rewrite_query":true}""");
        Assert.Equal(("vector_store.search_results.page", "honey in hives", bees, "bees.txt", "text"),
            (all.Text("object"), all.Text("search_query.0"), all.Text("data.0.file_id"), all.Text("data.0.filename"), all.Text("data.0.content.0.type")));
        Assert.Equal(("insect", "6", "true"), (all.Text("data.0.attributes.kind"), all.Text("data.0.attributes.legs"), all.Text("data.0.attributes.flies")));
        Assert.InRange(all.GetProperty("data")[0].GetProperty("score").GetDouble(), 0, 1);

        Assert.Equal([bears], Files(await server.SearchAsync(store, """{"query":"honey","filters":{"type":"eq","key":"kind","value":"mammal"}}""")));
        Assert.Equal([bees], Files(await server.SearchAsync(store, """{"query":"honey","filters":{"type":"and","filters":[{"type":"gt","key":"legs","value":4},{"type":"eq","key":"flies","value":true}]}}""")));
        Assert.Single(Files(await server.SearchAsync(store, """{"query":"honey","max_num_results":1}""")));
        Assert.Equal(2, Files(await server.SearchAsync(store, """{"query":["hives","forests"],"ranking_options":{"ranker":"none","hybrid_search":{"embedding_weight":0,"text_weight":1}}}""")).Distinct().Count());
        Assert.Empty(Files(await server.SearchAsync(store, """{"query":"honey","ranking_options":{"score_threshold":1.0},"filters":{"type":"eq","key":"kind","value":"fish"}}""")));

        Assert.Equal(200, (await server.PostAsync($"vector_stores/{store}/files/{bees}", """{"attributes":{"kind":"queen"}}""")).Status);
        Assert.Equal([bees], Files(await server.SearchAsync(store, """{"query":"honey","filters":{"type":"eq","key":"kind","value":"queen"}}""")));
    }

    [Fact]
    public async Task Finds_nothing_in_what_was_taken_out()
    {
        await using var server = await TestServer.StartAsync();
        var (a, b) = (await server.UploadAsync("a.txt", "honey one"), await server.UploadAsync("b.txt", "honey two"));
        var store = await server.CreateStoreAsync(a, b);
        Assert.Equal($$"""{"id":"{{a}}","object":"vector_store.file.deleted","deleted":true}""", (await server.DeleteAsync($"vector_stores/{store}/files/{a}")).Body.GetRawText());
        Assert.Equal([b], Files(await server.SearchAsync(store, """{"query":"honey"}""")));
        await server.DeleteAsync($"files/{b}");
        Assert.Empty(Files(await server.SearchAsync(store, """{"query":"honey"}""")));
        Assert.Equal("0", (await server.GetAsync($"vector_stores/{store}")).Body.Text("file_counts.total"));
    }

    [Fact]
    public async Task Takes_batches_of_files()
    {
        await using var server = await TestServer.StartAsync();
        var files = new List<string>();
        for (var i = 0; i < 6; i++) files.Add(await server.UploadAsync($"{i}.txt", $"number {i}"));
        var store = await server.CreateStoreAsync();
        var (status, batch) = await server.PostAsync($"vector_stores/{store}/file_batches",
            $$"""{"files":[{{string.Join(',', files.Select((file, i) => $$$$"""{"file_id":"{{{{file}}}}","attributes":{"i":{{{{i}}}}},"chunking_strategy":{"type":"static","static":{"max_chunk_size_tokens":200,"chunk_overlap_tokens":50}}}"""))}}]}""");
        Assert.Equal((200, "vector_store.files_batch", "6", "in_progress"), (status, batch.Text("object"), batch.Text("file_counts.total"), batch.Text("status")));
        await server.IngestedAsync(store);
        var done = (await server.GetAsync($"vector_stores/{store}/file_batches/{batch.Text("id")}")).Body;
        Assert.Equal(("completed", "6"), (done.Text("status"), done.Text("file_counts.completed")));
        var page = (await server.GetAsync($"vector_stores/{store}/file_batches/{batch.Text("id")}/files?limit=4&order=asc")).Body;
        Assert.Equal((files[0], files[3], "true"), (page.Text("first_id"), page.Text("last_id"), page.Text("has_more")));
        Assert.Equal(("200", "0"), (page.Text("data.0.chunking_strategy.static.max_chunk_size_tokens"), page.Text("data.0.attributes.i")));
        Assert.Equal("6", (await server.PostAsync($"vector_stores/{store}/file_batches/{batch.Text("id")}/cancel")).Body.Text("file_counts.completed"));
    }

    [Fact]
    public async Task Goes_on_with_what_a_former_process_had_begun()
    {
        await using var server = await TestServer.StartAsync();
        var file = await server.UploadAsync("a.txt", "honey of old");
        var store = await server.CreateStoreAsync();
        // What is in the store when the process dies between taking the file in and reading it.
        var id = store["vs_".Length..];
        var stores = server.Server.Context.VectorStores;
        var vectorStore = (await stores.Records.GetAsync(new("default"), id, default))!;
        var added = VectorStoreRoutes.Added(vectorStore, file["file-".Length..], new(), DateTimeOffset.UtcNow);
        await stores.Records.ChangeAsync(new("default"), id, new([added.FileId], (_, _) => added), default);
        Assert.Equal("in_progress", (await server.GetAsync($"vector_stores/{store}")).Body.Text("status"));

        await server.RestartAsync();
        Assert.Equal("1", (await server.IngestedAsync(store)).Text("file_counts.completed"));
        Assert.Equal([file], Files(await server.SearchAsync(store, """{"query":"honey"}""")));
    }

    [Fact]
    public async Task Of_another_organisation_is_not_there()
    {
        await using var server = await TestServer.StartAsync();
        var file = await server.UploadAsync("a.txt", "secret honey");
        var store = await server.CreateStoreAsync(file);
        using var other = await server.OtherOrganisationAsync();
        (HttpMethod, string, string?)[] tries =
        [
            (HttpMethod.Get, $"vector_stores/{store}", null), (HttpMethod.Post, $"vector_stores/{store}", "{}"), (HttpMethod.Delete, $"vector_stores/{store}", null),
            (HttpMethod.Get, $"vector_stores/{store}/files", null), (HttpMethod.Get, $"vector_stores/{store}/files/{file}", null), (HttpMethod.Get, $"vector_stores/{store}/files/{file}/content", null),
            (HttpMethod.Delete, $"vector_stores/{store}/files/{file}", null), (HttpMethod.Post, $"vector_stores/{store}/files/{file}", """{"attributes":{}}"""),
            (HttpMethod.Post, $"vector_stores/{store}/files", $$"""{"file_id":"{{file}}"}"""), (HttpMethod.Post, $"vector_stores/{store}/search", """{"query":"honey"}"""),
            (HttpMethod.Post, $"vector_stores/{store}/file_batches", $$"""{"file_ids":["{{file}}"]}"""), (HttpMethod.Get, $"vector_stores/{store}/file_batches/vsfb_x", null),
            (HttpMethod.Post, "vector_stores", $$"""{"file_ids":["{{file}}"]}"""),
        ];
        foreach (var (method, path, json) in tries) Assert.Equal((path, 404), (path, (await TestServer.SendAsync(other, method, path, json)).Status));
        Assert.Equal(0, (await TestServer.SendAsync(other, HttpMethod.Get, "vector_stores")).Body.GetProperty("data").GetArrayLength());
        var (_, own) = await TestServer.SendAsync(other, HttpMethod.Post, "vector_stores", "{}");
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"vector_stores/{own.Text("id")}/files", $$"""{"file_id":"{{file}}"}""")).Status);
        Assert.Equal([file], Files(await server.SearchAsync(store, """{"query":"honey"}""")));
    }

    [Fact]
    public async Task Expires_when_nobody_used_it()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(change: parts => parts with { Time = time });
        var (_, store) = await server.PostAsync("vector_stores", """{"expires_after":{"anchor":"last_active_at","days":1}}""");
        var id = store.Text("id")!;
        time.Advance(TimeSpan.FromHours(23));
        await server.SearchAsync(id, """{"query":"x"}""");
        time.Advance(TimeSpan.FromHours(23));
        Assert.Equal("completed", (await server.GetAsync($"vector_stores/{id}")).Body.Text("status"));
        time.Advance(TimeSpan.FromHours(2));
        Assert.Equal("expired", (await server.GetAsync($"vector_stores/{id}")).Body.Text("status"));
        Assert.Equal(400, (await server.PostAsync($"vector_stores/{id}/search", """{"query":"x"}""")).Status);
    }

    [Fact]
    public async Task Refuses_what_is_wrong_and_names_it()
    {
        await using var server = await TestServer.StartAsync();
        var file = await server.UploadAsync("a.txt", "x");
        var store = await server.CreateStoreAsync();
        (string Path, string Json, int Status, string Parameter)[] wrong =
        [
            ("vector_stores", """{"name":7}""", 400, "name"),
            ("vector_stores", """{"file_ids":["file-none"]}""", 404, "file_ids[0]"),
            ("vector_stores", """{"file_ids":"x"}""", 400, "file_ids"),
            ("vector_stores", """{"expires_after":{"anchor":"created_at","days":1}}""", 400, "expires_after.anchor"),
            ("vector_stores", """{"expires_after":{"anchor":"last_active_at","days":366}}""", 400, "expires_after.days"),
            ("vector_stores", """{"chunking_strategy":{"type":"magic"}}""", 400, "chunking_strategy.type"),
            ($"vector_stores/{store}/files", "{}", 400, "file_id"),
            ($"vector_stores/{store}/files", """{"file_id":"file-none"}""", 404, "file_id"),
            ($"vector_stores/{store}/files", $$$$"""{"file_id":"{{{{file}}}}","attributes":{"a":{}}}""", 400, "attributes"),
            ($"vector_stores/{store}/files", $$$$"""{"file_id":"{{{{file}}}}","chunking_strategy":{"type":"static","static":{"max_chunk_size_tokens":200,"chunk_overlap_tokens":101}}}""", 400, "chunking_strategy.static.chunk_overlap_tokens"),
            ($"vector_stores/{store}/file_batches", "{}", 400, "file_ids"),
            ($"vector_stores/{store}/file_batches", """{"file_ids":[]}""", 400, "file_ids"),
            ($"vector_stores/{store}/file_batches", """{"files":[{"file_id":"file-none"}]}""", 404, "files[0].file_id"),
            ($"vector_stores/{store}/search", "{}", 400, "query"),
            ($"vector_stores/{store}/search", """{"query":[]}""", 400, "query"),
            ($"vector_stores/{store}/search", """{"query":"x","max_num_results":51}""", 400, "max_num_results"),
            ($"vector_stores/{store}/search", """{"query":"x","filters":{"type":"eq","key":"a"}}""", 400, "filters.value"),
            ($"vector_stores/{store}/search", """{"query":"x","ranking_options":{"score_threshold":2}}""", 400, "ranking_options.score_threshold"),
        ];
        foreach (var (path, json, expected, parameter) in wrong)
        {
            var (status, body) = await server.PostAsync(path, json);
            Assert.Equal((json, expected, parameter), (json, status, body.Text("error.param")));
        }
    }

    [Fact]
    public async Task Is_read_by_words_alone_when_the_endpoint_has_no_embeddings()
    {
        await using var server = await TestServer.StartAsync(change: parts => parts with { Endpoint = new(new Uri("http://127.0.0.1:9/v1")) });
        var store = await server.CreateStoreAsync(await server.UploadAsync("a.txt", "honey"));
        Assert.Single(Files(await server.SearchAsync(store, """{"query":"honey"}""")));
    }

    private static async Task AddAsync(TestServer server, string store, string file, string attributes) =>
        Assert.Equal(200, (await server.PostAsync($"vector_stores/{store}/files", $$"""{"file_id":"{{file}}","attributes":{{attributes}}}""")).Status);

    private static List<string?> Files(System.Text.Json.JsonElement page) => [.. page.GetProperty("data").EnumerateArray().Select(item => item.Text("file_id"))];
}
