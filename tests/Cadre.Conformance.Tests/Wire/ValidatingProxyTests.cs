using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cadre.Conformance.Tests.Wire;

public sealed class The_validating_proxy
{
    private const string Thread = """{"id":"thread_1","object":"thread","created_at":1,"metadata":{},"tool_resources":null}""";

    [Theory]
    [InlineData("GET", "/v1/threads/thread_1", 200, Thread, 0)]
    [InlineData("GET", "/v1/threads/thread_1", 200, """{"id":"thread_1","object":"thread","created_at":null,"metadata":{},"tool_resources":null}""", 1)]
    [InlineData("GET", "/v1/threads/thread_1", 200, """{"id":"thread_1","object":"thread","created_at":1,"metadata":{"mine":"x"},"tool_resources":null,"tool_resource":{}}""", 1)]
    [InlineData("GET", "/v1/threads/thread_1", 200, "<html>", 1)]
    [InlineData("GET", "/v1/threads/thread_1", 404, """{"error":{"message":"No.","type":"invalid_request_error","param":null,"code":null}}""", 0)]
    [InlineData("GET", "/v1/threads/thread_1", 404, """{"title":"Not found"}""", 1)]
    [InlineData("GET", "/v1/threads/thread_1", 500, """{"error":{"message":"No.","type":"server_error","param":null,"code":null}}""", 1)]
    public async Task Passes_an_answer_on_unchanged_and_judges_it(string method, string path, int status, string body, int faults)
    {
        await using var server = await ServerAsync(async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/json";
            context.Response.Headers["x-request-id"] = "req_1";
            await context.Response.WriteAsync(body);
        });
        await using var proxy = await ValidatingProxy.StartAsync(new(server.Urls.First()));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new(method), new Uri(proxy.BaseUrl, path));
        using var answer = await client.SendAsync(request);
        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal("req_1", Assert.Single(answer.Headers.GetValues("x-request-id")));
        Assert.Equal(faults, proxy.Judgement.Faults.Count);
    }

    [Fact]
    public async Task Passes_a_stream_on_event_by_event_and_judges_each()
    {
        var more = new TaskCompletionSource();
        await using var server = await ServerAsync(async context =>
        {
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync($"event: thread.created\ndata: {Thread}\n\n");
            await context.Response.Body.FlushAsync();
            await more.Task;
            await context.Response.WriteAsync("event: thread.begun\ndata: {}\n\nevent: done\ndata: [DONE]\n\n");
        });
        await using var proxy = await ValidatingProxy.StartAsync(new(server.Urls.First()));
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, proxy.BaseUrl + "/threads/runs") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: thread.created", await lines.ReadLineAsync());
        more.SetResult();
        Assert.EndsWith("event: done\ndata: [DONE]\n\n", await lines.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Contains("thread.begun", Assert.Single(proxy.Judgement.Faults), StringComparison.Ordinal);
        Assert.Equal(1, proxy.Judgement.Seen["createThreadAndRun"]);
    }

    private static async Task<WebApplication> ServerAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return app;
    }
}
