namespace Cadre.Tools.Mcp.Pins;

/// <summary>Keeps what was accepted of each endpoint. What cannot be read accepts nothing: <see cref="InvalidDataException"/>, never a fresh start.</summary>
internal interface IPins
{
    ValueTask<EndpointPin?> FindAsync(string endpoint, CancellationToken cancellationToken);

    /// <summary>Changes one endpoint's pin; a null result removes it.</summary>
    ValueTask ChangeAsync(string endpoint, Func<EndpointPin?, EndpointPin?> change, CancellationToken cancellationToken);
}
