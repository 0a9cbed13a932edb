using Cadre.Testing;

namespace Cadre.Server.Tests.Files;

public sealed class An_upload
{
    [Fact]
    public async Task Joins_its_parts_in_the_order_that_is_asked_for()
    {
        await using var server = await TestServer.StartAsync();
        var (status, upload) = await CreateAsync(server, 11);
        Assert.Equal((200, "upload", "pending"), (status, upload.Text("object"), upload.Text("status")));
        var id = upload.Text("id");
        var world = await PartAsync(server, id!, "world");
        var hello = await PartAsync(server, id!, "hello ");
        const string md5 = "5eb63bbbe01eeed093cb22bb8f5acdc3";

        Assert.Equal(400, (await server.PostAsync($"uploads/{id}/complete", $$"""{"part_ids":["{{hello}}"]}""")).Status);
        Assert.Equal(400, (await server.PostAsync($"uploads/{id}/complete", $$"""{"part_ids":["{{hello}}","part_none"]}""")).Status);
        Assert.Equal("md5", (await server.PostAsync($"uploads/{id}/complete", $$"""{"part_ids":["{{world}}","{{hello}}"],"md5":"{{md5}}"}""")).Body.Text("error.param"));
        var (completed, body) = await server.PostAsync($"uploads/{id}/complete", $$"""{"part_ids":["{{hello}}","{{world}}"],"md5":"{{md5}}"}""");
        Assert.Equal((200, "completed", "big.txt", "11"), (completed, body.Text("status"), body.Text("file.filename"), body.Text("file.bytes")));
        Assert.Equal("hello world", await server.Http.GetStringAsync($"files/{body.Text("file.id")}/content"));
        Assert.Equal(400, (await server.PostAsync($"uploads/{id}/complete", $$"""{"part_ids":["{{hello}}","{{world}}"]}""")).Status);
    }

    [Fact]
    public async Task Takes_nothing_more_when_it_was_cancelled_or_has_expired()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(change: parts => parts with { Time = time });
        var cancelled = (await CreateAsync(server, 1)).Body.Text("id");
        Assert.Equal("cancelled", (await server.PostAsync($"uploads/{cancelled}/cancel")).Body.Text("status"));
        var late = (await CreateAsync(server, 1)).Body.Text("id");
        time.Advance(TimeSpan.FromMinutes(61));
        foreach (var id in new[] { cancelled, late })
        {
            Assert.Equal(400, (await FileForms.SendRawAsync(server.Http, $"uploads/{id}/parts", "Content-Disposition: form-data; name=\"data\"; filename=\"b\"\n\nx")).Status);
            Assert.Equal(400, (await server.PostAsync($"uploads/{id}/complete", """{"part_ids":[]}""")).Status);
            Assert.Equal(400, (await server.PostAsync($"uploads/{id}/cancel")).Status);
        }
    }

    [Fact]
    public async Task Of_another_organisation_is_not_there()
    {
        await using var server = await TestServer.StartAsync();
        var id = (await CreateAsync(server, 1)).Body.Text("id")!;
        var part = await PartAsync(server, id, "x");
        using var other = await server.OtherOrganisationAsync();
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"uploads/{id}/complete", $$"""{"part_ids":["{{part}}"]}""")).Status);
        Assert.Equal(404, (await TestServer.SendAsync(other, HttpMethod.Post, $"uploads/{id}/cancel")).Status);
        Assert.Equal(404, (await FileForms.SendRawAsync(other, $"uploads/{id}/parts", "Content-Disposition: form-data; name=\"data\"\n\nx")).Status);
        var (_, own) = await TestServer.SendAsync(other, HttpMethod.Post, "uploads", """{"filename":"a","purpose":"assistants","bytes":1,"mime_type":"text/plain"}""");
        Assert.Equal(400, (await TestServer.SendAsync(other, HttpMethod.Post, $"uploads/{own.Text("id")}/complete", $$"""{"part_ids":["{{part}}"]}""")).Status);
    }

    [Fact]
    public async Task Is_refused_with_what_is_wrong()
    {
        await using var server = await TestServer.StartAsync();
        (string Json, string Parameter)[] wrong =
        [
            ("""{"purpose":"assistants","bytes":1,"mime_type":"x"}""", "filename"),
            ("""{"filename":"a","purpose":"x","bytes":1,"mime_type":"x"}""", "purpose"),
            ("""{"filename":"a","purpose":"assistants","bytes":-1,"mime_type":"x"}""", "bytes"),
            ("""{"filename":"a","purpose":"assistants","bytes":99999999999999,"mime_type":"x"}""", "bytes"),
            ("""{"filename":"a","purpose":"assistants","bytes":1}""", "mime_type"),
        ];
        foreach (var (json, parameter) in wrong)
        {
            var (status, body) = await server.PostAsync("uploads", json);
            Assert.Equal((json, 400, parameter), (json, status, body.Text("error.param")));
        }
    }

    private static Task<(int Status, System.Text.Json.JsonElement Body)> CreateAsync(TestServer server, int bytes) =>
        server.PostAsync("uploads", $$"""{"filename":"big.txt","purpose":"assistants","bytes":{{bytes}},"mime_type":"text/plain"}""");

    private static async Task<string> PartAsync(TestServer server, string upload, string content)
    {
        var (status, part) = await FileForms.SendRawAsync(server.Http, $"uploads/{upload}/parts", $"Content-Disposition: form-data; name=\"data\"; filename=\"blob\"\n\n{content}");
        Assert.Equal((200, "upload.part", upload), (status, part.Text("object"), part.Text("upload_id")));
        return part.Text("id")!;
    }
}
