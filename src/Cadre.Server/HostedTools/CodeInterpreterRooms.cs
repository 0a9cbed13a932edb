using Cadre.Engine.Ports;

namespace Cadre.Server.HostedTools;

/// <summary>The interpreters that are alive, one for each container that was used lately; one call at a time in each.</summary>
internal sealed class CodeInterpreterRooms(ISandbox sandbox, string directory, TimeProvider time)
{
    /// <summary>Calls that run at once; more of them wait.</summary>
    private const int MaxBusy = 4;

    /// <summary>Interpreters that are kept alive; the one that was idle longest makes room.</summary>
    private const int MaxAlive = 8;

    private static readonly TimeSpan MaxIdle = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Room> _rooms = new(StringComparer.Ordinal);
    private volatile bool _stopped;

    private SemaphoreSlim Busy { get; } = new(MaxBusy);

    /// <summary>Waits until the container is nobody else's.</summary>
    public async Task<Room> EnterAsync(string container, CancellationToken cancellationToken)
    {
        Room? room;
        lock (_gate)
        {
            if (!_rooms.TryGetValue(container, out room)) _rooms.Add(container, room = new(container));
            room.Users++;
        }

        try
        {
            await room.Turn.WaitAsync(cancellationToken);
            try
            {
                await Busy.WaitAsync(cancellationToken);
                return room;
            }
            catch
            {
                room.Turn.Release();
                throw;
            }
        }
        catch
        {
            Forget(room);
            throw;
        }
    }

    public async ValueTask LeaveAsync(Room room)
    {
        if (_stopped) await EndAsync(room);
        room.LastUsed = time.GetTimestamp();
        Busy.Release();
        room.Turn.Release();
        Forget(room);
    }

    /// <summary>The room's interpreter; a new one when it has none.</summary>
    public async Task<(CodeInterpreterProcess Process, bool IsNew)> ProcessAsync(Room room, CancellationToken cancellationToken)
    {
        if (room.Process is { } process) return (process, false);
        while (await EndIdleAsync(atLeast: null)) { }
        Directory.CreateDirectory(directory);
        room.Process = await CodeInterpreterProcess.StartAsync(sandbox, directory, cancellationToken);
        return (room.Process, true);
    }

    /// <summary>Ends a room's interpreter; the next call begins with another.</summary>
    public static async Task EndAsync(Room room)
    {
        if (room.Process is not { } process) return;
        room.Process = null;
        await process.DisposeAsync();
    }

    /// <summary>Ends what nobody uses, and all that is idle when memory is short; at the stop, everything.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(SweepInterval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                var memory = GC.GetGCMemoryInfo();
                while (await EndIdleAsync(memory.MemoryLoadBytes >= memory.HighMemoryLoadThresholdBytes ? TimeSpan.Zero : MaxIdle)) { }
            }
        }
        finally
        {
            _stopped = true;
            while (await EndIdleAsync(TimeSpan.Zero)) { }
        }
    }

    /// <summary>Ends the interpreter that was idle longest; false when there is none to end.</summary>
    /// <param name="atLeast">How long it must have been idle; null ends one only when there are too many.</param>
    private async Task<bool> EndIdleAsync(TimeSpan? atLeast)
    {
        Room? idle;
        lock (_gate)
        {
            var alive = _rooms.Values.Where(room => room.Process is not null).ToList();
            if (atLeast is null && alive.Count < MaxAlive) return false;
            idle = alive.Where(room => room.Users == 0 && time.GetElapsedTime(room.LastUsed) >= (atLeast ?? TimeSpan.Zero)).MinBy(room => room.LastUsed);
            if (idle is null) return false;
            idle.Users++;
        }

        await idle.Turn.WaitAsync(CancellationToken.None);
        await EndAsync(idle);
        idle.Turn.Release();
        Forget(idle);
        return true;
    }

    private void Forget(Room room)
    {
        lock (_gate)
        {
            if (--room.Users == 0 && room.Process is null) _rooms.Remove(room.Container);
        }
    }

    internal sealed class Room(string container)
    {
        public string Container => container;

        /// <summary>Callers that are in it or wait for it.</summary>
        public int Users { get; set; }

        public SemaphoreSlim Turn { get; } = new(1);
        public CodeInterpreterProcess? Process { get; set; }
        public long LastUsed { get; set; }
    }
}
