using System.Threading.Tasks.Sources;
using Cadre.Storage.Durable;

namespace Cadre.Bench.Journal;

/// <summary>
/// The least a group commit can be, to compare with: plain bytes, no runs, no versions, no checksums, one file; a writer puts its bytes into the next
/// batch and waits for the sync of it.
/// </summary>
internal sealed class BareGroupCommit : IDisposable
{
    private readonly object _gate = new();
    private readonly DurableFile _file;
    private readonly long _size;
    private readonly Thread _thread;
    private byte[] _gathering = new byte[4 << 20];
    private byte[] _writing = new byte[4 << 20];
    private List<Waiter> _waiters = [];
    private int _length;
    private bool _closing;

    public BareGroupCommit(string path, long size)
    {
        _size = size;
        _file = DurableFile.Open(PosixDisk.Instance, path);
        _file.Reserve(size);
        _file.Sync();
        _thread = new Thread(Run) { IsBackground = true };
        _thread.Start();
    }

    public ValueTask AppendAsync(ReadOnlySpan<byte> bytes, Waiter waiter)
    {
        var task = waiter.Task;
        lock (_gate)
        {
            bytes.CopyTo(_gathering.AsSpan(_length));
            _length += bytes.Length;
            _waiters.Add(waiter);
            if (_waiters.Count == 1) Monitor.Pulse(_gate);
        }

        return task;
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _closing = true;
            Monitor.Pulse(_gate);
        }

        _thread.Join();
        _file.Dispose();
    }

    private void Run()
    {
        var offset = 0L;
        while (true)
        {
            List<Waiter> waiters;
            int length;
            lock (_gate)
            {
                while (_waiters.Count == 0)
                {
                    if (_closing) return;
                    Monitor.Wait(_gate);
                }

                (_gathering, _writing) = (_writing, _gathering);
                (waiters, _waiters) = (_waiters, new(_waiters.Count));
                (length, _length) = (_length, 0);
            }

            if (offset + length > _size) offset = 0;
            _file.Write(_writing.AsSpan(0, length), offset);
            offset += length;
            _file.Sync();
            ThreadPool.UnsafeQueueUserWorkItem(static waiters => waiters.ForEach(waiter => waiter.Complete()), waiters, preferLocal: false);
        }
    }

    /// <summary>One writer's wait, used again and again.</summary>
    public sealed class Waiter : IValueTaskSource
    {
        private ManualResetValueTaskSourceCore<bool> _source = new() { RunContinuationsAsynchronously = true };

        public ValueTask Task => new(this, _source.Version);

        public void Complete() => _source.SetResult(true);

        void IValueTaskSource.GetResult(short token)
        {
            _source.GetResult(token);
            _source.Reset();
        }

        ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _source.GetStatus(token);

        void IValueTaskSource.OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
            _source.OnCompleted(continuation, state, token, flags);
    }
}
