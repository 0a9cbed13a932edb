using System.Diagnostics.CodeAnalysis;
using ModelContextProtocol.Client;

namespace Cadre.Tools.Mcp.Connections;

/// <summary>An open connection to a server, and all that must end with it.</summary>
internal sealed class Link(McpClient client, ReadAllowance allowance, IAsyncDisposable carrier) : IAsyncDisposable
{
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);
    private int _listChanged;

    public McpClient Client => client;

    public bool IsAlive => !client.Completion.IsCompleted;

    public string Version => PlainText.OneLine(client.ServerInfo?.Version ?? "unknown", 64);

    public string ServerName => PlainText.OneLine(client.ServerInfo?.Name ?? "unknown", 128);

    /// <summary>What the program wrote to its standard error last; empty over HTTP.</summary>
    public string LastWords => carrier is StdioCarrier process ? process.LastWords : "";

    /// <summary>To be called before each request.</summary>
    public void BeginRequest() => allowance.Renew();

    public void ListChanged() => Interlocked.Exchange(ref _listChanged, 1);

    /// <summary>Whether the server said so since the last time this was asked.</summary>
    public bool TakeListChanged() => Interlocked.Exchange(ref _listChanged, 0) == 1;

    [SuppressMessage("Reliability", "CA2012", Justification = "The task is awaited once, with a limit.")]
    public async ValueTask DisposeAsync()
    {
        try
        {
            await client.DisposeAsync().AsTask().WaitAsync(Farewell);
        }
        catch (Exception exception) when (exception is TimeoutException or IOException or HttpRequestException or OperationCanceledException)
        {
            // A server that does not answer the farewell is ended below all the same.
        }
        finally
        {
            await carrier.DisposeAsync();
        }
    }
}

/// <summary>A link, or the reason why there is none.</summary>
internal readonly record struct Opening(Link? Link, string Reason)
{
    /// <summary>A person must sign in first.</summary>
    public bool NeedsSignIn { get; init; }

    public static Opening Unavailable(string reason) => new(null, reason);
}
