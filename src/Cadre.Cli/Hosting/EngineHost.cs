using Cadre.Cli.Running;
using Cadre.Engine;
using Cadre.Engine.Ports;
using Cadre.Engine.Runs;
using Cadre.Storage.Jsonl;
using Cadre.Storage.Queues;

namespace Cadre.Cli.Hosting;

/// <summary>The engine over an exclusively held state directory. One at a time on a machine: who comes second is told who holds it.</summary>
internal sealed class EngineHost : IAsyncDisposable
{
    /// <summary>Runs that are driven side by side: a goal's steps and reviews, and the goal itself.</summary>
    private const int SpareLanes = 2;

    private readonly JsonlJournal _journal;
    private readonly Worker _worker;
    private readonly InboxReader _inbox;
    private readonly Inbox _mail;

    private EngineHost(JsonlJournal journal, EnginePorts ports, IdleQueue queue, int parallel, CadreHost host)
    {
        (_journal, _mail, Ports, Queue) = (journal, Inbox.Open(host.Settings.StateDirectory), ports, queue);
        Control = new(ports);
        Driver = new(ports, $"cli:{Environment.ProcessId}", host.Log.For<Driver>());
        _worker = new(queue, Driver, parallel + SpareLanes, host.Log.For<Worker>());
        _inbox = new(Control, (author, stop) => PolicyReloads.RecordAsync(ports.Audit, host.Policies.Reload(), author, ports.Time, stop), host.Log.For<InboxReader>());
    }

    public EnginePorts Ports { get; }
    public IdleQueue Queue { get; }
    public RunControl Control { get; }
    public Driver Driver { get; }
    public IJournal Journal => Ports.Journal;
    public Feed Feed => Ports.Feed;

    public static async Task<EngineHost> OpenAsync(CadreHost host, int parallel, CancellationToken cancellationToken)
    {
        var journal = await host.OpenJournalAsync(cancellationToken);
        try
        {
            var queue = new IdleQueue(new InProcessQueue());
            var ports = new EnginePorts
            {
                Journal = journal,
                Queue = queue,
                Model = host.Model,
                Tools = host.ToolSources(),
                Policies = host.Policies,
                Audit = await host.Audit.OpenAsync(cancellationToken),
                Feed = new Feed(journal),
                Time = host.Surroundings.Time,
            };
            return new(journal, ports, queue, parallel, host);
        }
        catch
        {
            await journal.DisposeAsync();
            throw;
        }
    }

    /// <summary>Drives what is in the queue and does what other processes ask for, until cancelled.</summary>
    /// <exception cref="JournalUnavailableException">Nothing more can be recorded.</exception>
    public async Task WorkAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var listening = _inbox.RunAsync(_mail, stop.Token);
        try
        {
            await _worker.RunAsync(stop.Token);
        }
        finally
        {
            await stop.CancelAsync();
            await listening.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public ValueTask DisposeAsync() => _journal.DisposeAsync();
}
