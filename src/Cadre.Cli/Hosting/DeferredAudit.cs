using Cadre.Cli.Settings;
using Cadre.Engine.Ports;
using Cadre.Guard.Audit;
using Cadre.Storage.Durable;

namespace Cadre.Cli.Hosting;

/// <summary>The audit log, opened when the first entry is written: looking at things leaves no trace and holds no lock.</summary>
internal sealed class DeferredAudit(CadreSettings settings, TimeProvider time) : IAudit, IAsyncDisposable
{
    private readonly SemaphoreSlim _gate = new(1, 1);
    private AuditLog? _log;

    /// <summary>Opens it now, so that what cannot be recorded is not begun.</summary>
    /// <exception cref="CommandRefusedException">It is damaged, or another process writes it.</exception>
    public async ValueTask<AuditLog> OpenAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            return _log ??= await AuditLog.OpenAsync(settings.StateDirectory, null, time, cancellationToken);
        }
        catch (AuditDamagedException damaged)
        {
            throw new CommandRefusedException(damaged.Message, "cadre audit verify");
        }
        catch (StateLockedException locked)
        {
            throw new CommandRefusedException($"Another cadre process ({locked.Holder}) writes the audit log of {settings.StateDirectory}, and this command must be recorded.", "wait for it to end, and try again");
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask WriteAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        await (_log ?? await OpenAsync(cancellationToken)).WriteAsync(entry, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_log is not null) await _log.DisposeAsync();
        _gate.Dispose();
    }
}
