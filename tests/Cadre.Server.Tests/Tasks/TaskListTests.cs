using System.Globalization;
using System.Text.Json;

namespace Cadre.Server.Tests.Tasks;

public sealed class A_list_of_tasks
{
    private static readonly string[] Statuses = ["pending", "in_progress", "completed", "cancelled"];
    private static readonly string[] Priorities = ["low", "medium", "high", "urgent"];

    [Fact]
    public async Task Is_found_by_what_its_tasks_are()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        await bob.CreateAsync("Ärger mit Straße", ""","tags":["home","shop"],"priority":"urgent","due_at":"2020-01-01" """);
        await alice.CreateAsync("a: ÄRGER mit der Straße", ""","tags":["Home","shop"],"priority":"urgent","due_at":"2020-01-01" """);
        await alice.CreateAsync("b: ΣΊΣΥΦΟΣ", ""","tags":["shop"],"priority":"low","due_at":"2026-12-24T10:00:00Z","description":"100% of_it \"quoted\"" """);
        await alice.CreateAsync("c: Groceries", ""","tags":["home"],"status":"in_progress","due_at":"2999-12-24" """);
        await alice.CreateAsync("d: done", ""","status":"completed","due_at":"2020-01-01","description":"groceries and the like" """);
        foreach (var (query, expected) in new[]
        {
            ("", "abcd"), ("status=pending", "ab"), ("status=pending,in_progress", "abc"), ("status=completed&status=in_progress", "cd"), ("priority=urgent", "a"), ("priority=low&priority=medium", "bcd"),
            ("tag=shop", "ab"), ("tag=home", "ac"), ("tag=HOME&tag=shop", "a"), ("tag=none", ""), ("tag=hom", ""),
            ("q=%C3%A4rger", "a"), ("q=GROCERIES", "cd"), ("q=stra%C3%9Fe+%C3%84rger", "a"), ("q=groceries+like", "d"), ("q=%CF%83%CE%AF%CF%83%CF%85%CF%86%CE%BF%CF%82", "b"), ("q=%25", "b"), ("q=100%25+of_it", "b"),
            ("q=%22quoted%22", "b"), ("q=shop", "ab"), ("q=%27+OR+1%3D1", ""), ("q=+++", "abcd"),
            ("due_before=2026-12-24", "ad"), ("due_after=2026-12-24", "bc"), ("due_after=2026-12-24T10:00:00Z&due_before=2026-12-24T10:00:01Z", "b"), ("due_before=2026-12-24T11:00:00%2B01:00", "ad"),
            ("due_after=2020-01-01&due_before=2020-01-02", "ad"), ("overdue=true", "a"), ("overdue=false", "abcd"), ("overdue=true&status=completed", ""), ("created_after=2020-01-01", "abcd"), ("created_before=2020-01-01", ""),
            ("updated_after=2020-01-01&updated_before=2999-01-01", "abcd"), ("status=pending&tag=shop&q=mit&priority=urgent&overdue=true&created_after=2020-01-01", "a"), ("status=", "abcd"),
        })
        {
            var found = string.Concat((await alice.TitlesAsync($"&order=asc&{query}")).Select(title => title[0]));
            Assert.True(expected == found, $"{query}: {found}");
        }

        var summary = await alice.GetAsync("tasks/summary");
        Assert.Equal("""{"total":4,"by_status":{"pending":2,"in_progress":1,"completed":1,"cancelled":0},"overdue":1}""", summary.GetRawText());
    }

    [Fact]
    public async Task Refuses_a_question_that_it_does_not_understand()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        foreach (var (query, parameter) in new[]
        {
            ("status=done", "status"), ("priority=1", "priority"), ("sort=rank", "sort"), ("sort=title&sort=status", "sort"), ("order=down", "order"),
            ("limit=0", "limit"), ("limit=101", "limit"), ("limit=x", "limit"), ("limit=1&limit=2", "limit"), ("due_before=soon", "due_before"),
            ("due_after=2026-13-01", "due_after"), ("created_after=1", "created_after"), ("overdue=yes", "overdue"), ("stauts=pending", "stauts"),
            ("user=user_bob", "user"), ("after=x", "after"), ("after=%00", "after"), ("tag=1&tag=2&tag=3&tag=4&tag=5&tag=6&tag=7&tag=8&tag=9", "tag"),
            ("q=1+2+3+4+5+6+7+8+9", "q"),
        })
        {
            Assert.Equal((query, parameter), (query, (await alice.GetAsync($"tasks?{query}", 400)).GetProperty("parameter").GetString()));
        }
    }

    [Fact]
    public async Task Is_whole_and_in_order_under_every_sorting_while_tasks_come_and_go()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        var random = new Random(1234);
        var kept = new List<string>();
        for (var i = 0; i < 40; i++) await AddAsync();
        foreach (var sort in new[] { "created_at", "updated_at", "due_at", "priority", "title", "status" })
        {
            foreach (var order in new[] { "asc", "desc" })
            {
                var before = kept.ToList();
                List<JsonElement> seen = [];
                for (var cursor = ""; ;)
                {
                    var page = await alice.GetAsync($"tasks?sort={sort}&order={order}&limit={random.Next(1, 9)}{cursor}");
                    seen.AddRange(page.GetProperty("data").EnumerateArray());
                    if (!page.GetProperty("has_more").GetBoolean())
                    {
                        Assert.Equal(JsonValueKind.Null, page.GetProperty("next_cursor").ValueKind);
                        break;
                    }

                    cursor = $"&after={page.GetProperty("next_cursor").GetString()}";
                    if (random.Next(3) > 0) continue;
                    await DeleteAsync(random.Next(2) == 0 ? seen[^1].GetProperty("id").GetString()! : kept[random.Next(kept.Count)]);
                    await AddAsync();
                }

                var ids = seen.Select(task => task.GetProperty("id").GetString()!).ToList();
                Assert.Equal(ids.Count, ids.Distinct().Count());
                foreach (var id in before.Where(kept.Contains)) Assert.Contains(id, ids);
                var keys = seen.Select(task => Key(task, sort)).ToList();
                Assert.Equal(keys.Where(key => key is not null).Order(StringComparer.Ordinal), order == "asc" ? keys.Where(key => key is not null) : keys.Where(key => key is not null).Reverse());
                Assert.DoesNotContain(keys.SkipWhile(key => key is not null), key => key is not null);
            }
        }

        async Task AddAsync()
        {
            var due = random.Next(3) switch { 0 => "null", 1 => $"\"2027-0{random.Next(1, 4)}-11\"", _ => $"\"2027-0{random.Next(1, 4)}-11T0{random.Next(3)}:00:00Z\"" };
            var more = $",\"due_at\":{due},\"status\":\"{Statuses[random.Next(4)]}\",\"priority\":\"{Priorities[random.Next(4)]}\"";
            var title = new[] { "b", "B", "Ä", "ä", "z", "\"q\"", "😀" }[random.Next(7)];
            await bob.CreateAsync(title, more);
            kept.Add((await alice.CreateAsync(title, more)).GetProperty("id").GetString()!);
        }

        async Task DeleteAsync(string id)
        {
            if (!kept.Remove(id)) return;
            Assert.Equal(204, (await alice.SendAsync(HttpMethod.Delete, $"tasks/{id}")).Status);
        }
    }

    [Fact]
    public async Task Takes_a_cursor_for_the_same_question_of_the_same_user_alone()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = new Person(server, "alice");
        using var bob = new Person(server, "bob");
        using var namesake = new Person(server, "alice", "other");
        foreach (var person in new[] { alice, bob, namesake })
        {
            for (var i = 0; i < 3; i++) await person.CreateAsync($"t{i}", ""","tags":["x"] """);
        }

        var cursor = (await alice.GetAsync("tasks?limit=1&tag=x&sort=title")).GetProperty("next_cursor").GetString();
        Assert.Equal(["t1", "t2"], await alice.TitlesAsync($"&tag=x&sort=title&after={cursor}"));
        var refused = (await alice.GetAsync("tasks?after=AAAA", 400)).GetRawText();
        foreach (var (person, query) in new[]
        {
            (bob, "tag=x&sort=title"), (namesake, "tag=x&sort=title"), (alice, "tag=x&sort=title&order=desc"), (alice, "sort=title"), (alice, "tag=x"), (alice, "tag=x&sort=title&status=pending"),
            (alice, "tag=x&sort=title&overdue=true"), (alice, "tag=x&sort=title&q=t"), (alice, "tag=x&sort=title&due_before=2026-01-01"),
        })
        {
            Assert.Equal(refused, (await person.GetAsync($"tasks?{query}&after={cursor}", 400)).GetRawText());
        }

        // Whatever is made of it, it is refused, or leads to tasks of one's own.
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var text = cursor!.ToCharArray();
            text[random.Next(text.Length)] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"[random.Next(64)];
            var (status, body, _) = await alice.SendAsync(HttpMethod.Get, $"tasks?tag=x&sort=title&after={new string(text)}");
            Assert.True(status is 200 or 400, body.GetRawText());
            if (status == 200) Assert.All(body.GetProperty("data").EnumerateArray(), task => Assert.StartsWith("t", task.GetProperty("title").GetString(), StringComparison.Ordinal));
        }
    }

    /// <summary>What the listing is sorted by, as text in that order; null comes last.</summary>
    private static string? Key(JsonElement task, string sort)
    {
        var text = task.GetProperty(sort).GetString();
        return sort switch
        {
            _ when text is null => null,
            "status" => $"{Array.IndexOf(Statuses, text)}",
            "priority" => $"{Array.IndexOf(Priorities, text)}",
            "due_at" when text.Length == 10 => text + "T23:59:59.9999999",
            "title" => Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(text.ToUpperInvariant().ToLowerInvariant())),
            _ => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture),
        };
    }
}
