using System.Text.Json;

namespace Cadre.Server.Tests.Files;

/// <summary>Vector stores as a client makes and watches them.</summary>
internal static class StoresOfFiles
{
    public static async Task<string> CreateStoreAsync(this TestServer server, params string[] files)
    {
        var (status, store) = await server.PostAsync("vector_stores", $$"""{"name":"s","file_ids":[{{string.Join(',', files.Select(file => $"\"{file}\""))}}]}""");
        Assert.Equal(200, status);
        await server.IngestedAsync(store.Text("id")!);
        return store.Text("id")!;
    }

    /// <summary>Comes back when nothing in the store is in progress, as a client's poller does.</summary>
    public static async Task<JsonElement> IngestedAsync(this TestServer server, string store)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (true)
        {
            var body = (await server.GetAsync($"vector_stores/{store}")).Body;
            if (body.Text("status") != "in_progress") return body;
            await Task.Delay(10, deadline.Token);
        }
    }

    public static async Task<JsonElement> SearchAsync(this TestServer server, string store, string json)
    {
        var (status, body) = await server.PostAsync($"vector_stores/{store}/search", json);
        Assert.True(status == 200, body.GetRawText());
        return body;
    }
}
