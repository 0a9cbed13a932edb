using System.Text.Json;

namespace Cadre.Server.Tests.Tasks;

public sealed class A_task
{
    [Fact]
    public async Task Is_created_read_changed_completed_reopened_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var (status, made, answer) = await alice.SendAsync(HttpMethod.Post, "tasks", """{"title":" Buy milk ","due_at":"2026-12-24T18:00:00+01:00","tags":["shop","Shop"," food "],"priority":"high"}""");
        Assert.Equal(201, status);
        var id = made.GetProperty("id").GetString()!;
        Assert.Equal($"/api/v1/tasks/{id}", answer.Headers.Location?.ToString());
        Assert.Equal("\"1\"", answer.Headers.ETag?.Tag);
        Assert.Equal(
            $$"""{"id":"{{id}}","title":"Buy milk","description":null,"status":"pending","priority":"high","due_at":"2026-12-24T17:00:00Z","tags":["shop","food"],"completed_at":null,"version":1}""",
            Without(made, "created_at", "updated_at"));
        Assert.Equal(made.GetRawText(), (await alice.GetAsync($"tasks/{id}")).GetRawText());

        var (_, patched, _) = await alice.SendAsync(HttpMethod.Patch, $"tasks/{id}", """{"description":"2 l\nfresh","due_at":"2026-12-24","tags":null,"priority":null}""");
        Assert.Equal(
            $$"""{"id":"{{id}}","title":"Buy milk","description":"2 l\nfresh","status":"pending","priority":"medium","due_at":"2026-12-24","tags":[],"completed_at":null,"version":2}""",
            Without(patched, "created_at", "updated_at"));
        Assert.Equal(made.GetProperty("created_at").GetString(), patched.GetProperty("created_at").GetString());
        var (_, same, _) = await alice.SendAsync(HttpMethod.Patch, $"tasks/{id}", """{"description":"2 l\nfresh","status":"pending"}""");
        Assert.Equal(patched.GetRawText(), same.GetRawText());

        var (_, completed, _) = await alice.SendAsync(HttpMethod.Post, $"tasks/{id}/complete");
        Assert.Equal("completed", completed.GetProperty("status").GetString());
        Assert.Equal(completed.GetProperty("updated_at").GetString(), completed.GetProperty("completed_at").GetString());
        Assert.Equal(completed.GetRawText(), (await alice.SendAsync(HttpMethod.Post, $"tasks/{id}/complete")).Body.GetRawText());
        var (_, reopened, _) = await alice.SendAsync(HttpMethod.Post, $"tasks/{id}/reopen");
        Assert.Equal(("pending", 4), (reopened.GetProperty("status").GetString(), reopened.GetProperty("version").GetInt32()));
        Assert.Equal(JsonValueKind.Null, reopened.GetProperty("completed_at").ValueKind);

        var (_, put, _) = await alice.SendAsync(HttpMethod.Put, $"tasks/{id}", """{"title":"Buy bread","status":"in_progress"}""");
        Assert.Equal(
            $$"""{"id":"{{id}}","title":"Buy bread","description":null,"status":"in_progress","priority":"medium","due_at":null,"tags":[],"completed_at":null,"version":5}""",
            Without(put, "created_at", "updated_at"));

        Assert.Equal(204, (await alice.SendAsync(HttpMethod.Delete, $"tasks/{id}")).Status);
        Assert.Equal(404, (await alice.SendAsync(HttpMethod.Delete, $"tasks/{id}")).Status);
        await alice.GetAsync($"tasks/{id}", 404);
    }

    [Fact]
    public async Task Refuses_what_does_not_fit_by_its_name_and_changes_nothing()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var task = await alice.CreateAsync("As it was", ""","description":"it","tags":["a"],"due_at":"2026-12-24" """);
        var path = $"tasks/{task.GetProperty("id").GetString()}";
        foreach (var (parameter, value) in new[]
        {
            ("title", "null"), ("title", "\"\""), ("title", "\" \\t\""), ("title", "5"), ("title", "\"a\\u0000b\""), ("title", "\"two\\nlines\""), ("description", "{}"),
            ("description", "\"\\u0007\""), ("status", "\"done\""), ("status", "null"), ("status", "true"), ("priority", "\"High\""), ("priority", "3"),
            ("due_at", "\"tomorrow\""), ("due_at", "\"2026-02-29\""), ("due_at", "\"2026-12-24T18:00:00\""), ("due_at", "\"2026-12-24 18:00:00Z\""),
            ("due_at", "1798135200"), ("tags", "\"shop\""), ("tags[0]", "[7]"), ("tags[1]", "[\"a\",\"\"]"), ("tags[0]", "[null]"), ("tags[0]", "[\"a\\u0001\"]"),
            ("id", "\"task_1\""), ("completed_at", "null"), ("user", "\"user_bob\""), ("Title", "\"x\""),
        })
        {
            var member = parameter.Split('[')[0];
            var json = $$"""{"{{member}}":{{value}}}""";
            var whole = member == "title" ? json : $$"""{"title":"New","{{member}}":{{value}}}""";
            foreach (var (method, at, body) in new[] { (HttpMethod.Patch, path, json), (HttpMethod.Put, path, whole), (HttpMethod.Post, "tasks", whole) })
            {
                var (status, problem, _) = await alice.SendAsync(method, at, body);
                Assert.True(status == 400 && problem.GetProperty("parameter").GetString() == parameter, $"{method} {body}: {status} {problem.GetRawText()}");
            }
        }

        Assert.Equal(task.GetRawText(), Assert.Single((await alice.GetAsync("tasks")).GetProperty("data").EnumerateArray()).GetRawText());
    }

    [Fact]
    public async Task Has_bounds()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        Assert.Equal(201, await PostAsync(new string('t', 500), new string('d', 10_000), Enumerable.Range(0, 20).Select(i => $"{i}".PadLeft(50, 'x'))));
        Assert.Equal(400, await PostAsync(new string('t', 501), "", []));
        Assert.Equal(400, await PostAsync("t", new string('d', 10_001), []));
        Assert.Equal(400, await PostAsync("t", "", Enumerable.Range(0, 21).Select(i => $"{i}")));
        Assert.Equal(400, await PostAsync("t", "", [new string('x', 51)]));
        Assert.Equal(413, await PostAsync("t", new string('d', 300_000), []));
        async Task<int> PostAsync(string title, string description, IEnumerable<string> tags) =>
            (await alice.SendAsync(HttpMethod.Post, "tasks", $$"""{"title":"{{title}}","description":"{{description}}","tags":[{{string.Join(',', tags.Select(tag => $"\"{tag}\""))}}]}""")).Status;
    }

    [Fact]
    public async Task Is_not_there_for_another_user()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var task = await alice.CreateAsync("Secret of Alice");
        var id = task.GetProperty("id").GetString()!;
        var none = "task_" + new string('A', 24);
        using var bob = new Person(server, "bob");
        using var administrator = new Person(server, "ann", role: "admin");
        using var elsewhere = new Person(server, "alice", "other");
        using var program = server.ClientOf(TestServer.Key);
        program.BaseAddress = new(server.Server.Address, "api/v1/");
        foreach (var other in new[] { bob.Http, administrator.Http, elsewhere.Http, program })
        {
            foreach (var (method, path, json) in new (HttpMethod, string, string?)[]
            {
                (HttpMethod.Get, "", null), (HttpMethod.Patch, "", """{"title":"mine"}"""), (HttpMethod.Put, "", """{"title":"mine"}"""), (HttpMethod.Delete, "", null),
                (HttpMethod.Post, "/complete", null), (HttpMethod.Post, "/reopen", null),
            })
            {
                var (status, body) = await TestServer.SendAsync(other, method, $"tasks/{id}{path}", json);
                var missing = await TestServer.SendAsync(other, method, $"tasks/{none}{path}", json);
                Assert.Equal(404, status);
                Assert.Equal(missing.Body.GetRawText().Replace(none, id, StringComparison.Ordinal), body.GetRawText());
            }

            Assert.Equal("""{"data":[],"has_more":false,"next_cursor":null}""", (await TestServer.SendAsync(other, HttpMethod.Get, "tasks")).Body.GetRawText());
            Assert.Equal(0, (await TestServer.SendAsync(other, HttpMethod.Get, "tasks/summary")).Body.GetProperty("total").GetInt32());
        }

        Assert.Equal(task.GetRawText(), (await alice.GetAsync($"tasks/{id}")).GetRawText());
        foreach (var wrong in new[] { "task_", "task", id[5..], "conv_" + id[5..], "task_..%2f..", "task_" + new string('x', 400) }) await alice.GetAsync($"tasks/{wrong}", 404);
    }

    [Fact]
    public async Task Is_created_once_for_one_idempotency_key_of_one_user()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        var first = await PostAsync(alice);
        Assert.Equal(first, await PostAsync(alice));
        Assert.NotEqual(first, await PostAsync(bob));
        Assert.Equal(["Once"], await alice.TitlesAsync());
        Assert.Equal(["Once"], await bob.TitlesAsync());

        static async Task<string> PostAsync(Person person)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "tasks") { Content = new StringContent("""{"title":"Once"}""") };
            request.Headers.Add("Idempotency-Key", "the same");
            using var response = await person.Http.SendAsync(request, TestContext.Current.CancellationToken);
            Assert.Equal(201, (int)response.StatusCode);
            return await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Is_beyond_a_token_that_was_not_granted_it()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        var id = (await alice.CreateAsync("Hers")).GetProperty("id").GetString();
        using var reader = server.ClientOfPerson("alice", scope: "tasks:read");
        using var stranger = server.ClientOfPerson("alice", scope: "assistants:read");
        reader.BaseAddress = stranger.BaseAddress = new(server.Server.Address, "api/v1/");
        Assert.Equal(200, (await TestServer.SendAsync(reader, HttpMethod.Get, $"tasks/{id}")).Status);
        foreach (var (http, method, path) in new[]
        {
            (reader, HttpMethod.Post, "tasks"), (reader, HttpMethod.Patch, $"tasks/{id}"), (reader, HttpMethod.Put, $"tasks/{id}"), (reader, HttpMethod.Delete, $"tasks/{id}"),
            (reader, HttpMethod.Post, $"tasks/{id}/complete"), (reader, HttpMethod.Post, $"tasks/{id}/reopen"), (stranger, HttpMethod.Get, "tasks"), (stranger, HttpMethod.Get, $"tasks/{id}"),
            (stranger, HttpMethod.Get, "tasks/summary"), (stranger, HttpMethod.Delete, $"tasks/{id}"),
        })
        {
            var (status, body) = await TestServer.SendAsync(http, method, path, """{"title":"x"}""");
            Assert.Equal((403, "insufficient_scope"), (status, body.GetProperty("code").GetString()));
        }

        Assert.Equal(["Hers"], await alice.TitlesAsync());
    }

    private static string Without(JsonElement task, params string[] names) =>
        $"{{{string.Join(',', task.EnumerateObject().Where(member => !names.Contains(member.Name)).Select(member => member.ToString()))}}}";
}
