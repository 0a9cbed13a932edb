using System.Collections.Concurrent;
using Cadre.Engine.Tools;
using Microsoft.Extensions.Logging;

namespace Cadre.Server.Tests.Mcp;

public sealed class The_log_of_an_MCP_server
{
    [Fact]
    public async Task Has_the_servers_failures_and_not_its_clients_mistakes()
    {
        using var log = new Collected();
        await using var harness = await McpHarness.StartAsync(parts => parts with { Log = log });
        var failing = new NotesTool("notes_fail", Effect.Read, """{"type":"object"}""", (_, _) => throw new InvalidOperationException("the insides"));
        harness.Server.Server.Context.Platform.Add(failing);

        await harness.AskAsync(McpHarness.Alice, "tools/list");
        await harness.AskAsync(McpHarness.Alice, "tools/call", """{"name":"notes_burn"}""", "notes_burn");
        await harness.AskAsync(McpHarness.Alice, "no/such");
        Assert.Empty(log.OfTheSdk);
        var failed = await harness.AskAsync(McpHarness.Alice, "tools/call", """{"name":"notes_fail"}""", "notes_fail");
        Assert.Contains(log.OfTheSdk, line => line.Contains("the insides", StringComparison.Ordinal));
        Assert.DoesNotContain("the insides", failed.Body.GetRawText(), StringComparison.Ordinal);
    }

    private sealed class Collected : ILoggerFactory
    {
        private readonly ConcurrentQueue<(string Category, string Line)> _lines = [];

        public IEnumerable<string> OfTheSdk => _lines.Where(line => line.Category.StartsWith("ModelContextProtocol", StringComparison.Ordinal)).Select(line => line.Line);

        public ILogger CreateLogger(string categoryName) => new Logger(this, categoryName);

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose() => _lines.Clear();

        private sealed class Logger(Collected to, string category) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                to._lines.Enqueue((category, $"{logLevel}: {formatter(state, exception)} {exception?.Message}"));
        }
    }
}
