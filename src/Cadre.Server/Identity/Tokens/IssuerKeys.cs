using Microsoft.Extensions.Logging;

namespace Cadre.Server.Identity.Tokens;

/// <summary>
/// The keys of an issuer, held for a while. A key that the issuer takes back is refused here <see cref="FreshFor"/> later; while the issuer is away its keys
/// go on for <see cref="UsableFor"/>. What tokens say makes it ask the issuer no more than once in <see cref="Pause"/>.
/// </summary>
internal sealed partial class IssuerKeys(IssuerDocuments documents, TimeProvider time, ILogger<IssuerKeys> logger) : IKeySource, IDisposable
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromMinutes(10);
    public static readonly TimeSpan UsableFor = TimeSpan.FromHours(6);
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly Lock _lock = new();
    private KeyRing? _ring;
    private long _fetchedAt;
    private long? _askedAt;

    /// <summary>The question that is under way, or was the last.</summary>
    internal Task Asking { get; private set; } = Task.CompletedTask;

    public async ValueTask<KeyRing?> KeysAsync(string? keyId, CancellationToken cancellationToken)
    {
        var (held, isFresh) = Held();
        var isKnown = held?.Keys.Any(key => string.Equals(key.Id, keyId, StringComparison.Ordinal)) == true;
        if (isKnown && isFresh) return held;
        var asking = Ask();
        if (isKnown) return held;
        await asking.WaitAsync(cancellationToken);
        return Held().Ring;
    }

    public void Dispose() => documents.Dispose();

    private (KeyRing? Ring, bool IsFresh) Held()
    {
        lock (_lock)
        {
            var age = time.GetElapsedTime(_fetchedAt);
            return age < UsableFor ? (_ring, age < FreshFor) : (null, false);
        }
    }

    private Task Ask()
    {
        lock (_lock)
        {
            if (!Asking.IsCompleted || (_askedAt is { } at && time.GetElapsedTime(at) < Pause)) return Asking;
            _askedAt = time.GetTimestamp();
            return Asking = Task.Run(FetchAsync);
        }
    }

    private async Task FetchAsync()
    {
        try
        {
            var asked = time.GetTimestamp();
            var ring = await documents.FetchAsync();
            lock (_lock) (_ring, _fetchedAt) = (ring, asked);
        }
        catch (Exception failure) when (failure is IssuerException or HttpRequestException or TaskCanceledException)
        {
            Unusable(failure.Message);
        }
        catch (ObjectDisposedException)
        {
            // The server ends.
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The keys of the tokens' issuer cannot be had: {Reason}.")]
    private partial void Unusable(string reason);
}
