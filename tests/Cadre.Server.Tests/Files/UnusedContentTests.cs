using System.Text;
using Cadre.Server.Files;

namespace Cadre.Server.Tests.Files;

public sealed class A_content
{
    [Fact]
    public async Task Is_removed_from_the_disk_when_no_file_names_it_any_more()
    {
        await using var server = await TestServer.StartAsync();
        var (kept, gone) = (await UploadAsync(server, "kept"), await UploadAsync(server, "gone"));
        foreach (var blob in Directory.EnumerateFiles(Path.Combine(server.Directory, "blobs"), "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(blob, File.GetLastWriteTimeUtc(blob).AddDays(-1));
        Assert.Equal(200, (await server.DeleteAsync($"files/{gone}")).Status);

        var context = server.Server.Context;
        Assert.Equal(1, await new UnusedContents(context.Store, context.Blobs, context.Time).SweepAsync(TestContext.Current.CancellationToken));
        Assert.Equal("kept", await server.Http.GetStringAsync($"files/{kept}/content", TestContext.Current.CancellationToken));
    }

    private static async Task<string> UploadAsync(TestServer server, string text)
    {
        using var form = new MultipartFormDataContent { { new StringContent("user_data"), "purpose" }, { new ByteArrayContent(Encoding.UTF8.GetBytes(text)), "file", $"{text}.txt" } };
        using var response = await server.Http.PostAsync("files", form, TestContext.Current.CancellationToken);
        return System.Text.Json.JsonElement.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).GetProperty("id").GetString()!;
    }
}
