using System.Text;
using System.Text.Json;
using Cadre.Server.Tests.Assistants;

namespace Cadre.Server.Tests.Isolation;

/// <summary>Every operation that names a thing in its path, sent by those whose thing it is not. The routes of the server say which operations there are, so that none is forgotten.</summary>
public sealed class What_is_anothers
{
    private const string Secret = "quince-4711";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Is_asked_for_by_every_operation_that_has_a_parameter()
    {
        await using var server = await TestServer.StartAsync();
        var served = Served(server).ToHashSet(StringComparer.Ordinal);
        Assert.Equal("", Lines(served.Except(Operations.All.Keys).Except(Operations.OfNobody)));
        Assert.Equal("", Lines(Operations.All.Keys.Concat(Operations.OfNobody).Except(served)));
    }

    [Fact]
    public async Task Is_not_there_for_anyone_else_stays_as_it_is_and_the_attempt_is_on_record()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        server.Server.Context.Access.EntriesPerMinute = int.MaxValue;
        using var alice = server.ClientOfPerson("alice");
        using var operations = server.ClientOfPerson("olga", role: "admin");
        var hers = await Belongings.MakeAsync(alice, Secret, operations);
        var before = await ViewAsync(server, alice, operations, hers);

        using var bob = server.ClientOfPerson("bob");
        using var eve = server.ClientOfPerson("eve", "other", "admin");
        var (_, key) = await server.Server.Context.Keys.CreateAsync(new("other", "program"), new("program", "") { Administrator = true }, null, Cancellation);
        using var program = server.ClientOf(key);
        var findings = new List<string>();
        var bobs = await Belongings.MakeAsync(bob, "plum-0815", null);
        await AttackAsync(server, new(bob, TestServer.PersonOf("bob"), bobs, IsAdministrator: false), hers, findings);
        await AttackAsync(server, new(eve, TestServer.PersonOf("eve"), await Belongings.MakeAsync(eve, "pear-0816", eve), IsAdministrator: true), hers, findings);
        await AttackAsync(server, new(program, "program", await Belongings.MakeAsync(program, "fig-0817", program), IsAdministrator: true), hers, findings);

        foreach (var (operation, view) in await ViewAsync(server, alice, operations, hers))
        {
            if (before[operation] != view) findings.Add($"{operation}: changed for its owner\n  {before[operation]}\n  {view}");
        }

        findings.AddRange(await UnreachableAsync(server, alice, operations, hers));
        Assert.True(findings.Count == 0, Lines(findings));
    }

    [Fact]
    public async Task Is_there_for_a_program_of_the_organisation_unless_it_is_personal()
    {
        await using var server = await TestServer.StartAsync(Assistance.Script);
        using var alice = server.ClientOfPerson("alice");
        var hers = await Belongings.MakeAsync(alice, Secret, null);
        var (_, key) = await server.Server.Context.Keys.CreateAsync(new("acme", "program"), new("program", ""), null, Cancellation);
        using var program = server.ClientOf(key);
        var findings = new List<string>();
        foreach (var (name, operation) in Operations.All.Where(operation =>
            operation.Key.StartsWith("GET ", StringComparison.Ordinal) && operation.Value is { IsNeverThere: false, IsLive: false, ForAdministrators: false, IsOrganisations: false }))
        {
            var isPersonal = name.Contains("/api/v1/tasks/", StringComparison.Ordinal) || name.Contains("/api/v1/chat/", StringComparison.Ordinal);
            var (status, body, _) = await SendAsync(program, name, operation, Filled(name, operation, (thing, _) => hers[thing]), hers);
            if (isPersonal ? status != 404 || body.Contains(Secret, StringComparison.Ordinal) : status is not (200 or 204)) findings.Add($"{name}: {status} {body}");
        }

        Assert.True(findings.Count == 0, Lines(findings));
    }

    private static string Lines(IEnumerable<string> lines) => string.Join('\n', lines.Order(StringComparer.Ordinal));

    private static IEnumerable<string> Served(TestServer server) =>
        from route in server.Server.Routes
        where route.RoutePattern.Parameters.Count > 0
        from method in route.Metadata.OfType<Microsoft.AspNetCore.Routing.HttpMethodMetadata>().Single().HttpMethods
        select $"{method} {route.RoutePattern.RawText}";

    private static async Task AttackAsync(TestServer server, Attacker attacker, Belongings hers, List<string> findings)
    {
        var sent = new List<(string Operation, string[] Ids)>();
        foreach (var (name, operation) in Operations.All)
        {
            if (operation.ForAdministrators && !attacker.IsAdministrator)
            {
                var (refused, _, _) = await SendAsync(attacker.Http, name, operation, Filled(name, operation, (thing, _) => hers[thing]), attacker.Own);
                if (refused != 403) findings.Add($"{attacker.User}: {name}: {refused} although no administrator");
                continue;
            }

            if (operation.IsOrganisations && attacker.IsColleague) continue;
            var parameters = Parameters(name).Count;
            for (var own = 0; own < (parameters > 1 ? 3 : 1); own++)
            {
                // All hers; then the outer one the attacker's own; then the inner ones.
                bool IsOwn(int index) => own == 1 ? index == 0 : own == 2 && index > 0;
                if (own > 0 && operation.IsNeverThere) continue;
                var path = Filled(name, operation, (thing, index) => (IsOwn(index) ? attacker.Own : hers)[thing]);
                var unknown = Filled(name, operation, (thing, index) => IsOwn(index) ? attacker.Own[thing] : Belongings.NeverWas(hers[thing]));
                var (status, body, type) = await SendAsync(attacker.Http, name, operation, path, attacker.Own);
                var nothing = await SendAsync(attacker.Http, name, operation, unknown, attacker.Own);
                if (status != 404) findings.Add($"{attacker.User}: {name} ({path}): {status} {body}");
                if (body.Contains(Secret, StringComparison.Ordinal)) findings.Add($"{attacker.User}: {name} ({path}) tells: {body}");
                if ((status, Anonymous(body, path), type) != (nothing.Status, Anonymous(nothing.Body, unknown), nothing.Type)) findings.Add($"{attacker.User}: {name} ({path}) differs from one that never was:\n  {body}\n  {nothing.Body}");

                // What is the attacker's own and only said to lie in hers is looked for in vain, before hers is.
                if (!operation.IsNeverThere && !operation.IsOrganisations && own != 2 && !(own == 1 && operation.IsPartOfOuter)) sent.Add((name, [.. Parameters(name).Where((_, index) => !IsOwn(index)).Select(parameter => hers[operation.ThingOf(parameter)])]));
            }
        }

        var recorded = await Attempts.OfAsync(server, attacker.User);
        findings.AddRange(
            from attempt in sent
            where !recorded.Any(entry => entry.Text("route") == attempt.Operation && attempt.Ids.Any(id => id.Contains(entry.Text("id"), StringComparison.Ordinal)))
            select $"{attacker.User}: {attempt.Operation} ({string.Join(", ", attempt.Ids)}) is not on record");
    }

    /// <summary>What the owner is shown of each thing.</summary>
    private static async Task<Dictionary<string, string>> ViewAsync(TestServer server, HttpClient alice, HttpClient administrator, Belongings hers)
    {
        var view = new Dictionary<string, string>();
        foreach (var (name, operation) in Operations.All.Where(operation => operation.Key.StartsWith("GET ", StringComparison.Ordinal) && operation.Value is { IsNeverThere: false, IsLive: false, Changes: false }))
        {
            var (status, body, _) = await SendAsync(operation.ForAdministrators || operation.IsOrganisations ? administrator : alice, name, operation, Filled(name, operation, (thing, _) => hers[thing]), hers);
            Assert.True(status == 200, $"{name}: {status} {body}");
            view[name] = body;
        }

        return view;
    }

    /// <summary>The same requests by the owner: what is not there for her either proves nothing. Ends with what removes things, the innermost first.</summary>
    private static async Task<List<string>> UnreachableAsync(TestServer server, HttpClient alice, HttpClient administrator, Belongings hers)
    {
        var findings = new List<string>();
        var inOrder = Operations.All.Where(operation => !operation.Value.IsNeverThere)
            .OrderBy(operation => operation.Key.StartsWith("DELETE", StringComparison.Ordinal)).ThenByDescending(operation => operation.Key.Count(c => c == '/'));
        foreach (var (name, operation) in inOrder)
        {
            var (status, body, _) = await SendAsync(operation.ForAdministrators || operation.IsOrganisations ? administrator : alice, name, operation, Filled(name, operation, (thing, _) => hers[thing]), hers);
            if ((status is 404 or 403 or >= 500) && !operation.IsOver) findings.Add($"owner: {name}: {status} {body}");
        }

        return findings;
    }

    private static async Task<(int Status, string Body, string? Type)> SendAsync(HttpClient http, string name, Operation operation, string path, Belongings own)
    {
        using var request = new HttpRequestMessage(new(name[..name.IndexOf(' ', StringComparison.Ordinal)]), path);
        request.Headers.Add("OpenAI-Beta", "agents=v1");
        if (operation.Body is { } body) request.Content = new StringContent(own.Fill(body), Encoding.UTF8, "application/json");
        if (operation.Form is { } field) request.Content = new MultipartFormDataContent { { new ByteArrayContent([1, 2, 3]), field, "a.txt" } };
        using var answer = await http.SendAsync(request, operation.IsLive ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, Cancellation);
        return ((int)answer.StatusCode, operation.IsLive && answer.IsSuccessStatusCode ? "" : await answer.Content.ReadAsStringAsync(Cancellation), answer.Content.Headers.ContentType?.MediaType);
    }

    private static List<string> Parameters(string name) => [.. name.Split('/').Where(part => part.StartsWith('{')).Select(part => part.Trim('{', '}'))];

    private static string Filled(string name, Operation operation, Func<string, int, string> id)
    {
        var parts = name[(name.IndexOf(' ', StringComparison.Ordinal) + 1)..].Split('/');
        var index = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            if (parts[i].StartsWith('{')) parts[i] = id(operation.ThingOf(parts[i].Trim('{', '}')), index++);
        }

        return string.Join('/', parts);
    }

    private static string Anonymous(string body, string path) =>
        path.Split('/').Where(part => part.Length > 12).Aggregate(body, (text, id) => text.Replace(id, "…", StringComparison.Ordinal).Replace(id[(id.LastIndexOf('_') + 1)..], "…", StringComparison.Ordinal));

    private sealed record Attacker(HttpClient Http, string User, Belongings Own, bool IsAdministrator)
    {
        public bool IsColleague => !IsAdministrator;
    }
}
