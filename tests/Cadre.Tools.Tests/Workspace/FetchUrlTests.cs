using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Cadre.Engine.Policies;
using Cadre.Engine.Ports;
using Cadre.Engine.Tools;
using Cadre.Tools.Workspaces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cadre.Tools.Tests.Workspaces;

/// <summary>Against a web server of the test's own on 127.0.0.1, which is dialled only where the options name it.</summary>
public sealed class FetchUrlTests : IAsyncLifetime
{
    private readonly WebApplication _web;
    private readonly TcpListener _canary = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<WorkspaceFixture> _workspaces = [];
    private Task _counting = Task.CompletedTask;
    private string? _seenHeaders;
    private int _canaryHits;
    private int _hits;
    private int _port;

    public FetchUrlTests()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _web = builder.Build();
        _web.Run(AnswerAsync);
    }

    private int CanaryPort => ((IPEndPoint)_canary.LocalEndpoint).Port;

    public async ValueTask InitializeAsync()
    {
        await _web.StartAsync(TestContext.Current.CancellationToken);
        _port = new Uri(_web.Urls.Single()).Port;
        _canary.Start();
        _counting = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using var hit = await _canary.AcceptTcpClientAsync(_stop.Token);
                    Interlocked.Increment(ref _canaryHits);
                }
            }
            catch (OperationCanceledException)
            {
                // The test is over.
            }
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _counting;
        _canary.Dispose();
        _stop.Dispose();
        await _web.DisposeAsync();
        _workspaces.ForEach(workspace => workspace.Dispose());
    }

    [Fact]
    public async Task A_page_is_reduced_to_its_text_and_the_dial_is_audited()
    {
        var workspace = Workspace();
        var result = await FetchAsync(workspace, "/page?token=abc");
        Assert.True(result.Status == ToolStatus.Succeeded, result.Output);
        Assert.Equal($"200 OK, text/html, http://127.0.0.1:{_port}/page?token=abc\n\nA title\n\nHello & welcome\n\n- one\n- two", result.Output);
        var dial = Assert.Single(workspace.Audit.Entries);
        Assert.Equal((AuditKinds.Network, "user:local"), (dial.Kind, dial.Actor));
        Assert.Equal(("127.0.0.1", "allowed"), (dial.Details["addresses"], dial.Details["verdict"]));
        Assert.DoesNotContain(dial.Details.Values, value => value.Contains("abc", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Head_text_errors_and_binary_are_told()
    {
        var workspace = Workspace();
        Assert.Contains("X-Test: yes", (await FetchAsync(workspace, "/text", "HEAD")).Output, StringComparison.Ordinal);
        Assert.EndsWith("\n\nplain <b>text</b>", (await FetchAsync(workspace, "/text")).Output, StringComparison.Ordinal);
        Assert.EndsWith("[4 bytes that are not text]", (await FetchAsync(workspace, "/binary")).Output, StringComparison.Ordinal);
        var missing = await FetchAsync(workspace, "/missing");
        Assert.Equal(ToolStatus.Failed, missing.Status);
        Assert.StartsWith("404 NotFound", missing.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Size_and_time_are_bounded()
    {
        var workspace = Workspace(options => options with { MaxFetchBytes = 10_000, FetchTime = TimeSpan.FromSeconds(2) });
        var big = await FetchAsync(workspace, "/endless");
        Assert.EndsWith("[cut after 10,000 bytes]", big.Output, StringComparison.Ordinal);
        var slow = await FetchAsync(workspace, "/stall");
        Assert.Equal(ToolStatus.Failed, slow.Status);
        Assert.Contains("within 2 s", slow.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Redirects_are_followed_by_hand_and_counted()
    {
        var workspace = Workspace();
        Assert.EndsWith("plain <b>text</b>", (await FetchAsync(workspace, "/to?u=/text")).Output, StringComparison.Ordinal);
        Assert.Contains(workspace.Audit.Entries, entry => entry.Details["what"] == "redirect");
        Assert.Contains("more than 5 times", (await FetchAsync(workspace, "/loop")).Output, StringComparison.Ordinal);
        Assert.Equal(ToolStatus.Failed, (await FetchAsync(workspace, "/to?u=file:///etc/passwd")).Status);
    }

    [Theory]
    [InlineData("http://169.254.169.254/latest/meta-data/")]
    [InlineData("http://127.0.0.1:CANARY/")]
    [InlineData("http://localhost:CANARY/")]
    [InlineData("http://2130706433:CANARY/")]
    [InlineData("http://[::ffff:127.0.0.1]:CANARY/")]
    [InlineData("//127.0.0.1:CANARY/")]
    public async Task A_redirect_into_the_private_network_is_not_dialled(string target)
    {
        var url = target.Replace("CANARY", CanaryPort.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
        var result = await FetchAsync(Workspace(), "/to?u=" + Uri.EscapeDataString(url));
        Assert.NotEqual(ToolStatus.Succeeded, result.Status);
        Assert.Equal(0, _canaryHits);
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.1")]
    [InlineData("2130706433")]
    [InlineData("0x7f000001")]
    [InlineData("0177.0.0.1")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("0.0.0.0")]
    [InlineData("0")]
    [InlineData("localhost")]
    [InlineData("LOCALHOST.")]
    [InlineData("[::1]")]
    [InlineData("[::]")]
    [InlineData("[::ffff:127.0.0.1]")]
    [InlineData("[::ffff:7f00:1]")]
    [InlineData("[64:ff9b::127.0.0.1]")]
    [InlineData("[0:0:0:0:0:0:0:1]")]
    [InlineData("①②⑦.⓪.⓪.①")]
    public async Task No_spelling_of_a_private_address_is_dialled(string host)
    {
        var workspace = Workspace(options => options with { PrivateHosts = new HashSet<string>() });
        var result = await workspace.CallAsync("fetch_url", $$"""{"url":{{WorkspaceFixture.Json($"http://{host}:{CanaryPort}/")}}}""");
        Assert.NotEqual(ToolStatus.Succeeded, result.Status);
        Assert.Equal(0, _canaryHits);
        Assert.All(workspace.Audit.Entries, entry => Assert.Equal("refused", entry.Details["verdict"]));
    }

    [Fact]
    public async Task Each_redirect_to_another_host_is_judged()
    {
        var workspace = Workspace(options => options with { PrivateHosts = new HashSet<string> { "127.0.0.1", "localhost" } });
        workspace.Judge = facts => facts.Hosts.Any(host => host.Host == "localhost")
            ? new(VerdictKind.Deny, "network.localhost", "Not there.")
            : new(VerdictKind.Allow, "rest", "");
        var denied = await FetchAsync(workspace, $"/to?u=http://localhost:{CanaryPort}/");
        Assert.Equal(ToolStatus.Denied, denied.Status);
        Assert.Contains("network.localhost", denied.Output, StringComparison.Ordinal);

        workspace.Judge = facts => new(facts.Hosts[0].Host == "localhost" ? VerdictKind.Ask : VerdictKind.Allow, "network.ask", "");
        var ask = await FetchAsync(workspace, $"/to?u=http://localhost:{_port}/text");
        Assert.Equal(ToolStatus.Failed, ask.Status);
        Assert.Contains($"Call fetch_url for that URL itself: http://localhost:{_port}/text", ask.Output, StringComparison.Ordinal);
        Assert.Equal(0, _canaryHits);
    }

    [Fact]
    public async Task Headers_stay_with_the_first_host_and_some_are_refused()
    {
        var workspace = Workspace(options => options with { PrivateHosts = new HashSet<string> { "127.0.0.1", "localhost" } });
        await workspace.CallAsync("fetch_url", $$$"""{"url":"http://127.0.0.1:{{{_port}}}/headers","headers":{"Authorization":"Bearer x"}}""");
        Assert.Contains("Authorization", _seenHeaders, StringComparison.Ordinal);
        await workspace.CallAsync("fetch_url", $$$"""{"url":"http://127.0.0.1:{{{_port}}}/to?u=http://localhost:{{{_port}}}/headers","headers":{"Authorization":"Bearer x"}}""");
        Assert.DoesNotContain("Authorization", _seenHeaders, StringComparison.Ordinal);
        foreach (var header in new[] { "\"Host\":\"x\"", "\"Proxy-Authorization\":\"x\"", "\"X-Forwarded-For\":\"x\"", "\"A\":\"b\\r\\nC: d\"", "\"A b\":\"c\"", "\"Metadata-Flavor\":\"Google\"" })
        {
            var hits = _hits;
            var result = await workspace.CallAsync("fetch_url", $$"""{"url":"http://127.0.0.1:{{_port}}/text","headers":{ {{header}} } }""");
            Assert.Equal(ToolStatus.Failed, result.Status);
            Assert.Equal(hits, _hits);
        }
    }

    [Fact]
    public async Task Without_the_network_the_tool_is_not_offered_and_without_an_audit_nothing_is_dialled()
    {
        using var offline = new WorkspaceFixture();
        Assert.DoesNotContain(await offline.Source.ListAsync(Owner.Local, TestContext.Current.CancellationToken), tool => tool.Descriptor.Name == "fetch_url");

        var workspace = Workspace();
        workspace.Audit.Broken = true;
        await Assert.ThrowsAsync<IOException>(() => FetchAsync(workspace, "/text").AsTask());
        Assert.Equal(0, _hits);
    }

    [Theory]
    [InlineData("<p>a<p>b", "a\n\nb")]
    [InlineData("a<script>x<b>y</script>b", "ab")]
    [InlineData("a<!-- <p>x</p> -->b", "ab")]
    [InlineData("<div>a</div>\n  <div>b</div>", "a\nb")]
    [InlineData("a\nb<pre>c\nd</pre>", "a b\n\nc\nd")]
    [InlineData("1 < 2 &amp; 3 &gt; 2", "1 < 2 & 3 > 2")]
    [InlineData("<style>x", "")]
    [InlineData("<a href='x'>link</a>", "link")]
    [InlineData("<", "<")]
    public void Html_becomes_text(string html, string text) => Assert.Equal(text, ReadableText.FromHtml(html));

    private WorkspaceFixture Workspace(Func<WorkspaceToolOptions, WorkspaceToolOptions>? change = null)
    {
        var options = new WorkspaceToolOptions { AllowNetwork = true, PrivateHosts = new HashSet<string> { $"127.0.0.1:{_port}" }, FetchTime = TimeSpan.FromSeconds(60) };
        var workspace = new WorkspaceFixture(change?.Invoke(options) ?? options);
        _workspaces.Add(workspace);
        return workspace;
    }

    private ValueTask<ToolResult> FetchAsync(WorkspaceFixture workspace, string path, string method = "GET") =>
        workspace.CallAsync("fetch_url", $$"""{"url":{{WorkspaceFixture.Json($"http://127.0.0.1:{_port}{path}")}},"method":"{{method}}"}""");

    private async Task AnswerAsync(HttpContext context)
    {
        Interlocked.Increment(ref _hits);
        var response = context.Response;
        response.ContentType = "text/plain";
        switch (context.Request.Path.Value)
        {
            case "/page":
                response.ContentType = "text/html; charset=utf-8";
                await response.WriteAsync("<html><head><title>A title</title><style>p{}</style></head><body><p>Hello &amp; <b>welcome</b></p><script>no()</script><ul><li>one</li><li>two</li></ul></body></html>");
                break;
            case "/text":
                response.Headers["X-Test"] = "yes";
                await response.WriteAsync("plain <b>text</b>");
                break;
            case "/binary":
                response.ContentType = "application/octet-stream";
                await response.Body.WriteAsync(new byte[] { 1, 0, 2, 3 });
                break;
            case "/headers":
                _seenHeaders = string.Join(' ', context.Request.Headers.Keys);
                break;
            case "/to":
                response.StatusCode = StatusCodes.Status302Found;
                response.Headers.Location = context.Request.Query["u"];
                break;
            case "/loop":
                response.StatusCode = StatusCodes.Status307TemporaryRedirect;
                response.Headers.Location = "/loop";
                break;
            case "/endless":
                var line = Encoding.UTF8.GetBytes(new string('x', 1_000) + "\n");
                while (!context.RequestAborted.IsCancellationRequested) await response.Body.WriteAsync(line, context.RequestAborted);
                break;
            case "/stall":
                await response.WriteAsync("begin");
                await response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                break;
            default:
                response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }
}
