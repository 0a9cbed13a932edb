using System.Text;
using Cadre.Sandbox.Linux;

namespace Cadre.Sandbox.Bubblewrap;

/// <summary>bubblewrap's options, each ended by NUL, as <c>--args</c> reads them.</summary>
internal sealed class BubblewrapArguments
{
    private readonly List<byte> _bytes = [];

    public BubblewrapArguments Add(params ReadOnlySpan<string> arguments)
    {
        foreach (var argument in arguments)
        {
            _bytes.AddRange(Encoding.UTF8.GetBytes(argument));
            _bytes.Add(0);
        }

        return this;
    }

    public Descriptor ToDescriptor() => Descriptor.Containing([.. _bytes]);
}
