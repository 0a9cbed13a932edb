using Cadre.Engine.Ports;
using Cadre.Engine.Tools;

namespace Cadre.Server.Functions;

/// <summary>Functions of the operator's program, for <see cref="Hosting.ServerParts.Tools"/>.</summary>
public sealed class ServerFunctions(params IReadOnlyList<ServerFunction> functions) : IToolSource
{
    public ValueTask<IReadOnlyList<ITool>> ListAsync(Owner owner, CancellationToken cancellationToken) => new(functions);
}
