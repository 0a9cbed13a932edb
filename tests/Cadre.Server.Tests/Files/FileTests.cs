using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Cadre.Testing;

namespace Cadre.Server.Tests.Files;

public sealed class A_file
{
    [Fact]
    public async Task Is_uploaded_described_listed_downloaded_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        var (status, file) = await FileForms.SendAsync(server.Http, "notes.txt", "hello");
        Assert.Equal(200, status);
        var id = file.Text("id")!;
        Assert.StartsWith("file-", id, StringComparison.Ordinal);
        Assert.Equal(("file", "notes.txt", "assistants", "5", "processed"), (file.Text("object"), file.Text("filename"), file.Text("purpose"), file.Text("bytes"), file.Text("status")));

        Assert.Equal(file.GetRawText(), (await server.GetAsync($"files/{id}")).Body.GetRawText());
        Assert.Equal(200, (await server.GetAsync($"files/{id.Replace("file-", "file_")}")).Status);
        Assert.Equal(id, (await server.GetAsync("files")).Body.Text("data.0.id"));
        Assert.Equal("hello", await server.Http.GetStringAsync($"files/{id}/content"));

        var (deleted, answer) = await server.DeleteAsync($"files/{id}");
        Assert.Equal((200, $$"""{"id":"{{id}}","object":"file","deleted":true}"""), (deleted, answer.GetRawText()));
        var (gone, error) = await server.GetAsync($"files/{id}");
        Assert.Equal((404, $"No such File object: {id}"), (gone, error.Text("error.message")));
    }

    [Fact]
    public async Task Survives_a_restart()
    {
        await using var server = await TestServer.StartAsync();
        var id = await server.UploadAsync("a.txt", "kept");
        await server.RestartAsync();
        Assert.Equal("kept", await server.Http.GetStringAsync($"files/{id}/content"));
    }

    [Fact]
    public async Task Of_another_organisation_is_not_there()
    {
        await using var server = await TestServer.StartAsync();
        var id = await server.UploadAsync("a.txt", "secret");
        using var other = await server.OtherOrganisationAsync();
        foreach (var (method, path) in new[] { (HttpMethod.Get, $"files/{id}"), (HttpMethod.Get, $"files/{id}/content"), (HttpMethod.Delete, $"files/{id}") })
            Assert.Equal(404, (await TestServer.SendAsync(other, method, path)).Status);
        Assert.Equal("0", (await TestServer.SendAsync(other, HttpMethod.Get, "files")).Body.GetProperty("data").GetArrayLength().ToString());
        Assert.Equal(400, (await TestServer.SendAsync(other, HttpMethod.Get, $"files?after={id}")).Status);
        Assert.Equal(200, (await server.GetAsync($"files/{id}")).Status);
    }

    [Theory]
    [InlineData("quoted", "Content-Disposition: form-data; name=\"file\"; filename=\"r.txt\"")]
    [InlineData("unquoted, as .NET sends it", "Content-Type: text/plain\nContent-Disposition: form-data; name=file; filename=r.txt; filename*=utf-8''r.txt")]
    [InlineData("mixed case", "content-disposition: Form-Data; Name=\"file\"; FileName=r.txt")]
    public async Task Is_read_from_a_form_whose_names_are(string how, string headers)
    {
        await using var server = await TestServer.StartAsync();
        var (status, file) = await FileForms.SendRawAsync(server.Http, "files", "Content-Disposition: form-data; name=purpose\n\nuser_data", $"{headers}\n\ncontent");
        Assert.Equal((how, 200, "r.txt", "7"), (how, status, file.Text("filename"), file.Text("bytes")));
    }

    [Fact]
    public async Task Is_read_from_a_form_whose_file_comes_before_its_purpose()
    {
        await using var server = await TestServer.StartAsync();
        var (status, _) = await FileForms.SendRawAsync(server.Http, "files",
            "Content-Disposition: form-data; name=\"file\"; filename=\"r.txt\"\n\ncontent", "Content-Disposition: form-data; name=\"purpose\"\n\nuser_data");
        Assert.Equal(200, status);
    }

    [Fact]
    public async Task May_have_no_name_and_nothing_in_it()
    {
        await using var server = await TestServer.StartAsync();
        var (status, file) = await FileForms.SendRawAsync(server.Http, "files", "Content-Disposition: form-data; name=\"purpose\"\n\nassistants", "Content-Disposition: form-data; name=\"file\"\n\n");
        Assert.Equal((200, "file", "0"), (status, file.Text("filename"), file.Text("bytes")));
        Assert.Equal("", await server.Http.GetStringAsync($"files/{file.Text("id")}/content"));
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("C:\\x\\..\\y.txt")]
    [InlineData("ünï code 😀.txt")]
    public async Task Keeps_its_name_as_a_mere_name(string name)
    {
        await using var server = await TestServer.StartAsync();
        var body = $"--b\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nassistants\r\n--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name.Replace("\\", "\\\\")}\"\r\n\r\nx\r\n--b--\r\n";
        var (status, file) = await FileForms.SendBytesAsync(server.Http, "files", Encoding.UTF8.GetBytes(body), "multipart/form-data; boundary=b");
        Assert.Equal((200, name), (status, file.Text("filename")));
        using var response = await server.Http.GetAsync($"files/{file.Text("id")}/content");
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
    }

    [Fact]
    public async Task Is_refused_with_what_is_wrong()
    {
        await using var server = await TestServer.StartAsync();
        const string purpose = "Content-Disposition: form-data; name=\"purpose\"\n\nassistants";
        const string file = "Content-Disposition: form-data; name=\"file\"; filename=\"r.txt\"\n\ncontent";
        (string[] Parts, string Says)[] wrong =
        [
            ([purpose], "Missing required parameter: 'file'."),
            ([file], "Missing required parameter: 'purpose'."),
            ([purpose, file, file], "Only one 'file'"),
            (["Content-Disposition: form-data; name=\"purpose\"\n\nworld-domination", file], "Invalid value: 'world-domination'."),
            ([purpose, "Content-Disposition: form-data; name=\"document\"; filename=\"r.txt\"\n\nx"], "Unrecognized file upload: 'document'"),
            ([purpose, "Content-Type: text/plain\n\nx"], "A part of the form has no name."),
            ([purpose, file, "Content-Disposition: form-data; name=\"expires_after[anchor]\"\n\ncreated_at"], "expires_after.seconds"),
            ([purpose, file, "Content-Disposition: form-data; name=\"expires_after[seconds]\"\n\nsoon"], "expires_after"),
            ([purpose, file, $"Content-Disposition: form-data; name=\"note\"\n\n{new string('x', 20_000)}"], "Invalid 'note'"),
        ];
        foreach (var (parts, says) in wrong)
        {
            var (status, body) = await FileForms.SendRawAsync(server.Http, "files", parts);
            Assert.Equal((400, says, true), (status, says, body.Text("error.message")!.Contains(says, StringComparison.Ordinal)));
        }

        (string Body, string Type, string Says)[] broken =
        [
            ("{}", "application/json", "Invalid Content-Type header"),
            ("--b\r\n", "multipart/form-data", "boundary"),
            ("--other\r\nContent-Disposition: form-data; name=file\r\n\r\nx\r\n--other--", "multipart/form-data; boundary=b", "cannot be read"),
            ("--b\r\nContent-Disposition: form-data; name=file; filename=a\r\n\r\ncut o", "multipart/form-data; boundary=b", "cannot be read"),
            ($"--b\r\nContent-Disposition: form-data; name=file; x={new string('y', 40_000)}\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b", "cannot be read"),
        ];
        foreach (var (text, type, says) in broken)
        {
            var (status, body) = await FileForms.SendBytesAsync(server.Http, "files", Encoding.UTF8.GetBytes(text), type);
            Assert.Equal((400, says, true), (status, says, body.Text("error.message")!.Contains(says, StringComparison.Ordinal)));
        }

        Assert.Equal(0, (await server.GetAsync("files")).Body.GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Over_the_limit_is_refused_before_it_is_sent()
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, "files") { Content = new HugeContent(600L << 20) };
        request.Headers.ExpectContinue = true;
        var (status, body) = await FileForms.AnswerAsync(server.Http, request);
        Assert.Equal((413, "request_too_large"), (status, body.Text("error.code")));
        Assert.Equal(200, (await server.GetAsync("files")).Status);
    }

    [Fact]
    public async Task Is_given_out_by_range_and_never_as_a_page()
    {
        await using var server = await TestServer.StartAsync();
        var id = await server.UploadAsync("evil.html", "<script>alert(1)</script>");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"files/{id}/content");
        request.Headers.Range = new RangeHeaderValue(1, 6);
        using var response = await server.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.PartialContent, "script"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("attachment", response.Content.Headers.ContentDisposition!.DispositionType);
    }

    [Fact]
    public async Task Is_listed_page_by_page_and_by_purpose()
    {
        await using var server = await TestServer.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++) ids.Add(await server.UploadAsync($"{i}.txt", $"{i}", i % 2 == 0 ? "assistants" : "user_data"));

        var first = (await server.GetAsync("files?limit=2&order=asc")).Body;
        Assert.Equal((ids[0], ids[1], "true"), (first.Text("first_id"), first.Text("last_id"), first.Text("has_more")));
        var second = (await server.GetAsync($"files?limit=3&order=asc&after={ids[1]}")).Body;
        Assert.Equal((ids[2], ids[4], "false"), (second.Text("first_id"), second.Text("last_id"), second.Text("has_more")));
        Assert.Equal(ids[4], (await server.GetAsync("files")).Body.Text("data.0.id"));
        Assert.Equal(2, (await server.GetAsync("files?purpose=user_data")).Body.GetProperty("data").GetArrayLength());
        foreach (var wrong in new[] { "limit=0", "limit=10001", "limit=x", "order=up", "after=file-none", "after=nothing" })
            Assert.Equal((wrong, 400), (wrong, (await server.GetAsync($"files?{wrong}")).Status));
    }

    [Fact]
    public async Task Expires()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var server = await TestServer.StartAsync(change: parts => parts with { Time = time });
        var (_, file) = await FileForms.SendAsync(server.Http, "a.txt", [1], "user_data", ("expires_after[anchor]", "created_at"), ("expires_after[seconds]", "3600"));
        Assert.Equal(3600, file.GetProperty("expires_at").GetInt64() - file.GetProperty("created_at").GetInt64());
        time.Advance(TimeSpan.FromSeconds(3599));
        Assert.Equal(200, (await server.GetAsync($"files/{file.Text("id")}")).Status);
        time.Advance(TimeSpan.FromSeconds(2));
        Assert.Equal(404, (await server.GetAsync($"files/{file.Text("id")}")).Status);
    }

    private sealed class HugeContent : HttpContent
    {
        private readonly long _length;

        public HugeContent(long length)
        {
            _length = length;
            Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=b");
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => throw new InvalidOperationException("The server wanted the body.");

        protected override bool TryComputeLength(out long length)
        {
            length = _length;
            return true;
        }
    }
}
