using System.Net;
using System.Text;
using Cadre.Conformance.Tests.Description;
using Cadre.Conformance.Tests.Server;

namespace Cadre.Conformance.Tests.BadInput;

/// <summary>Wrong requests to every operation: each is answered as OpenAI answers it, and the server stays healthy.</summary>
public sealed class Every_operation(ServerUnderTest server, TwoWorlds worlds) : IClassFixture<TwoWorlds>
{
    private const int MaxShown = 40;

    public static TheoryData<string> Operations() => [.. ApiDescription.All.Select(operation => operation.ToString())];

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Refuses_what_is_wrong_and_stays_healthy(string name)
    {
        var operation = ApiDescription.All.Single(operation => operation.ToString() == name);
        var world = worlds.Own;
        var faults = new List<string>();
        foreach (var wrong in new WrongRequests(operation, world, worlds.Neighbour).All())
        {
            var (status, type, body) = await SendAsync(wrong);
            if ((status == 0 ? body : wrong.Blame(status, type, body)) is not { } blame) continue;
            if (blame == "is not served") Assert.Fail($"{name} is not served.");
            faults.Add($"{wrong.Fault}: {blame}\n    {wrong.Method} {Cut(wrong.Path, 120)} → {status} {Cut(body, 240)}");
        }

        if (await UnhealthyAsync(operation, world) is { } unhealthy) faults.Add(unhealthy);
        Assert.True(faults.Count == 0, $"{name}: {faults.Count} answers are not OpenAI's.\n{string.Join('\n', faults.Take(MaxShown))}{Tail(faults.Count)}");
    }

    private static string Tail(int count) => count > MaxShown ? $"\n… and {count - MaxShown} more" : "";

    /// <summary>A server may close the connection after a refusal; what met the closing is sent once more.</summary>
    private async Task<(int Status, string? Type, string Body)> SendAsync(WrongRequest wrong) =>
        await TryAsync(wrong) is { Status: > 0 } answer ? answer : await TryAsync(wrong);

    private async Task<(int Status, string? Type, string Body)> TryAsync(WrongRequest wrong)
    {
        var request = new HttpRequestMessage(wrong.Method, new Uri(server.Address.GetLeftPart(UriPartial.Authority) + wrong.Path, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true }));
        request.Content = wrong.Content;
        request.Headers.ExpectContinue = wrong.Content is Announced;
        var key = wrong.Key ?? ServerUnderTest.Key;
        if (key.Length > 0) request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + key);
        if (wrong.Path.StartsWith("/v1/agents", StringComparison.Ordinal)) request.Headers.Add("OpenAI-Beta", "agents=v1");
        try
        {
            using var answer = await worlds.Anyone.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            using var late = new CancellationTokenSource(TimeSpan.FromSeconds(20));
            var body = answer.Content.Headers.ContentType?.MediaType == "text/event-stream" ? "(a stream)" : Encoding.UTF8.GetString(await answer.Content.ReadAsByteArrayAsync(late.Token));
            return ((int)answer.StatusCode, answer.Content.Headers.ContentType?.MediaType, body);
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException)
        {
            return (0, null, "no answer: " + (failure.InnerException ?? failure).Message);
        }
    }

    private static async Task<string?> UnhealthyAsync(ApiOperation operation, World world)
    {
        using var ready = await world.Client.GetAsync("readyz");
        if (ready.StatusCode != HttpStatusCode.OK) return $"/readyz answers {(int)ready.StatusCode} afterwards";
        if (world.Path(operation) is not { } path) return operation.Path.Contains('{', StringComparison.Ordinal) && !World.NeverThere.Contains(operation.Path) ? "the world lacks what it needs:\n" + world.Missing : null;
        if (Good.RefusedInThisWorld.Contains(operation.Id) || Leniency.IsUnknownToTheEndpoint(operation) || operation.Method == "DELETE" || operation.Path.EndsWith("/cancel", StringComparison.Ordinal) || operation.Form) return null;
        if (operation.Id == "streamAgentSessionEvents") return null;
        using var content = Good.Body(operation.Id, world) is { } good ? WrongBodies.Json(good.ToJsonString()) : null;
        using var answer = await world.SendAsync(HttpMethod.Parse(operation.Method), path, content);
        return answer.IsSuccessStatusCode ? null : $"a good request fails: {operation.Method} {path} → {(int)answer.StatusCode} {Cut(await answer.Content.ReadAsStringAsync(), 300)}";
    }

    private static string Cut(string text, int length) => text.Length <= length ? text : text[..length] + "…";
}

/// <summary>The same objects in two organisations.</summary>
public sealed class TwoWorlds(ServerUnderTest server) : IAsyncLifetime
{
    /// <summary>A client that sends no key of its own.</summary>
    internal HttpClient Anyone { get; } = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, Expect100ContinueTimeout = TimeSpan.FromSeconds(10) }) { Timeout = TimeSpan.FromSeconds(30) };

    internal World Own { get; private set; } = null!;

    internal World Neighbour { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Own = await World.CreateAsync(server, ServerUnderTest.Key);
        Neighbour = await World.CreateAsync(server, await server.KeyOfAsync("neighbour"));
    }

    public ValueTask DisposeAsync()
    {
        Anyone.Dispose();
        Own.Client.Dispose();
        Neighbour.Client.Dispose();
        return ValueTask.CompletedTask;
    }
}
