using Cadre.Engine.Models;

namespace Cadre.Models.Wires;

/// <summary>A dialect: how a request is written and how a reply is read.</summary>
internal interface IWire
{
    string Path { get; }

    ReadOnlyMemory<byte> Write(ModelRequest request, RequestShape shape);

    /// <summary>The reader of one reply.</summary>
    /// <param name="endpoint">Where the reply comes from; what only that endpoint understands is marked with it.</param>
    ReplyFold Fold(ModelRequest request, string endpoint);
}
