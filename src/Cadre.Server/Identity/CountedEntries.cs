using Cadre.Engine.Ports;

namespace Cadre.Server.Identity;

/// <summary>
/// Audit entries for what may happen very often: the first of its like is written at once, those that follow within a period are counted, and the count is
/// written at the period's end.
/// </summary>
/// <param name="most">Different ones that are told apart within a period; what comes beyond is counted as one.</param>
internal sealed class CountedEntries(IAudit audit, TimeProvider time, string kind, TimeSpan period, int most)
{
    /// <summary>Stands for all that came when there were too many different ones.</summary>
    public const string Others = "others";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Counted> _counted = new(StringComparer.Ordinal);

    /// <param name="like">The same for what is counted together.</param>
    /// <param name="details">Of the first of its like; those of the others are like it.</param>
    public async ValueTask NoteAsync(string like, string actor, IReadOnlyDictionary<string, string> details)
    {
        lock (_lock)
        {
            if (!_counted.ContainsKey(like) && _counted.Count >= most) (like, actor, details) = (Others, Others, new Dictionary<string, string> { ["reason"] = "too many different ones" });
            if (_counted.TryGetValue(like, out var known))
            {
                known.Again++;
                return;
            }

            _counted[like] = new(actor, details);
        }

        await WriteAsync(actor, details);
    }

    /// <summary>Writes counts until cancelled, and once more then.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(period, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await EndPeriodAsync();
        }
    }

    internal async ValueTask EndPeriodAsync()
    {
        List<(Counted Counted, long Again)> repeated = [];
        lock (_lock)
        {
            foreach (var (like, counted) in _counted)
            {
                if (counted.Again == 0) _counted.Remove(like);
                else repeated.Add((counted, counted.Again));
                counted.Again = 0;
            }
        }

        foreach (var (counted, again) in repeated)
            await WriteAsync(counted.Actor, new Dictionary<string, string>(counted.Details) { ["count"] = again.ToString(System.Globalization.CultureInfo.InvariantCulture) });
    }

    private ValueTask WriteAsync(string actor, IReadOnlyDictionary<string, string> details) =>
        audit.WriteAsync(new(time.GetUtcNow(), kind, actor, null, null, details), CancellationToken.None);

    private sealed class Counted(string actor, IReadOnlyDictionary<string, string> details)
    {
        public string Actor => actor;
        public IReadOnlyDictionary<string, string> Details => details;
        public long Again { get; set; }
    }
}
