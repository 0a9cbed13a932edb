using Microsoft.Extensions.Logging;
using ModelContextProtocol;
using ModelContextProtocol.Protocol;

namespace Cadre.Server.Mcp;

/// <summary>The SDK tells of every request, and of what clients do wrong as if it were the server's fault: only its errors are kept, but for those that tell a client something.</summary>
internal sealed class McpLog(ILoggerFactory log) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => new ErrorsOnly(log.CreateLogger(categoryName));

    public void AddProvider(ILoggerProvider provider) => log.AddProvider(provider);

    /// <summary>It is the server's, which goes on using it.</summary>
    public void Dispose()
    {
    }

    private sealed class ErrorsOnly(ILogger inner) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => inner.BeginScope(state);

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error && inner.IsEnabled(logLevel);

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel) && exception is not (McpException or InputRequiredException or OperationCanceledException)) inner.Log(logLevel, eventId, state, exception, formatter);
        }
    }
}
