using System.Globalization;
using System.Threading.Channels;
using Cadre.Cli.Settings;
using Cadre.Engine.Ports;
using Cadre.Models;
using Cadre.Models.Endpoints;
using Cadre.Models.Prices;
using Cadre.Simulator;
using Microsoft.Extensions.Logging;

namespace Cadre.Cli.Hosting;

/// <summary>The configured endpoint, or the simulator in this process when none is configured. Every request to it is put on record.</summary>
internal sealed class ModelConnection : IAsyncDisposable
{
    /// <summary>Records that wait for the audit; a request beyond it is logged only.</summary>
    private const int RecordBacklog = 4_096;

    private readonly Channel<ModelCallRecord> _records = Channel.CreateBounded<ModelCallRecord>(RecordBacklog);
    private readonly Channel<ModelCallRecord> _calls =
        Channel.CreateBounded<ModelCallRecord>(new BoundedChannelOptions(RecordBacklog) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly SimulatorServer? _simulator;
    private readonly Task _recording;

    private ModelConnection(CadreSettings settings, SimulatorServer? simulator, PriceList prices, IAudit audit, LogFile log, TimeProvider time)
    {
        _simulator = simulator;
        var endpoint = new Endpoint(simulator?.BaseUrl ?? settings.Endpoint!) { ApiKey = settings.ApiKey is { } key ? new(key) : null };
        var options = new EndpointOptions(endpoint)
        {
            ForceChatCompletions = settings.ForceChatCompletions,
            StateDirectory = simulator is null ? settings.StateDirectory : null,
            Prices = prices,
            OnCall = record =>
            {
                _records.Writer.TryWrite(record);
                _calls.Writer.TryWrite(record);
            },
        };
        Model = new(options, time, log.For<ConnectedModel>());
        _recording = RecordAsync(audit, log.For<ModelConnection>());
    }

    public ConnectedModel Model { get; }

    /// <summary>The same records for one who keeps them elsewhere; the newest are kept when nobody reads.</summary>
    public ChannelReader<ModelCallRecord> Calls => _calls.Reader;

    public static async Task<ModelConnection> OpenAsync(CadreSettings settings, IAudit audit, LogFile log, TimeProvider time, CancellationToken cancellationToken)
    {
        var prices = PriceList.Default;
        if (File.Exists(settings.PricesFile) && !PriceList.TryLoad(settings.PricesFile, out prices, out var problem))
            throw new CommandRefusedException(problem, "cadre models prices", Terminals.ExitCode.Usage);
        var simulator = settings.Endpoint is null
            ? await SimulatorServer.StartAsync(SimulatorScript.BuiltIn, new() { RecordRequests = false }, cancellationToken)
            : null;
        return new(settings, simulator, prices, audit, log, time);
    }

    public async ValueTask DisposeAsync()
    {
        Model.Dispose();
        _records.Writer.Complete();
        await _recording;
        if (_simulator is not null) await _simulator.DisposeAsync();
    }

    private async Task RecordAsync(IAudit audit, ILogger logger)
    {
        await foreach (var record in _records.Reader.ReadAllAsync())
        {
            try
            {
                await audit.WriteAsync(Entry(record), CancellationToken.None);
            }
            catch (Exception failure) when (failure is AuditUnavailableException or CommandRefusedException)
            {
                // The request has been made already; calls of tools, which are recorded before they are made, stop the run in this case.
                logger.LogRecordLost(record.Host, failure);
            }
        }
    }

    private static AuditEntry Entry(ModelCallRecord record)
    {
        var details = new Dictionary<string, string>
        {
            ["host"] = record.Host,
            ["path"] = record.Path,
            ["model"] = record.Model,
            ["attempt"] = record.Attempt.ToString(CultureInfo.InvariantCulture),
            ["status"] = record.Status?.ToString(CultureInfo.InvariantCulture) ?? "",
            ["duration_ms"] = ((long)record.Duration.TotalMilliseconds).ToString(CultureInfo.InvariantCulture),
            ["bytes_sent"] = record.BytesSent.ToString(CultureInfo.InvariantCulture),
            ["bytes_received"] = record.BytesReceived.ToString(CultureInfo.InvariantCulture),
        };
        if (record.Failure is { } failure) details["failure"] = failure.ToString();
        return new(record.At, AuditKinds.ModelCall, "system", null, null, details);
    }
}

internal static partial class ModelConnectionLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A request to {Host} could not be put on record.")]
    public static partial void LogRecordLost(this ILogger logger, string host, Exception failure);
}
