using System.Text;
using ModelContextProtocol.Server;

namespace Cadre.McpFixture;

/// <summary>The server over standard input and output, and the ways in which such a server misbehaves below the protocol.</summary>
internal static class FixtureStdio
{
    public static async Task<int> RunAsync(FixtureOptions options)
    {
        switch (options.Mode)
        {
            case FixtureMode.Broken:
                await Console.Error.WriteLineAsync($"cannot start: bad token {Environment.GetEnvironmentVariable("TOKEN")}");
                return 3;
            case FixtureMode.Silent:
                await Console.OpenStandardInput().CopyToAsync(Stream.Null);
                return 0;
            case FixtureMode.Flood:
                await FloodAsync();
                return 0;
        }

        await using var output = options.Mode == FixtureMode.Junk ? new JunkStream(Console.OpenStandardOutput()) : Console.OpenStandardOutput();
        await using var transport = new StreamServerTransport(Console.OpenStandardInput(), output, "fixture");
        await using var server = McpServer.Create(transport, new FixtureServer(options).Create());
        await server.RunAsync();
        return 0;
    }

    private static async Task FloodAsync()
    {
        await using var output = Console.OpenStandardOutput();
        var block = Encoding.ASCII.GetBytes(new string('x', 1 << 16));
        while (true) await output.WriteAsync(block);
    }

    private sealed class JunkStream(Stream inner) : Stream
    {
        private static readonly byte[] Junk = "starting up…\n{\"jsonrpc\":\"2.0\"\n[1,2\n{\"id\":null}\n\"text\"\n"u8.ToArray();
        private bool _said;

        public override bool CanRead => false;
        public override bool CanSeek => false;
        public override bool CanWrite => true;
        public override long Length => throw new NotSupportedException();
        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (!_said)
            {
                _said = true;
                await inner.WriteAsync(Junk, cancellationToken);
            }

            await inner.WriteAsync(buffer, cancellationToken);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);
        public override void Flush() => inner.Flush();
        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);
        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();
        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
