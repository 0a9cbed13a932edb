using System.Text.Json;
using Cadre.Tools.Files;

namespace Cadre.Tools.Mcp.Pins;

/// <summary>
/// The definitions that were accepted. A file that cannot be read accepts nothing: <see cref="InvalidDataException"/>, never a fresh start,
/// since that would accept whatever the servers say now.
/// </summary>
internal sealed class PinStore(string directory, TimeProvider time) : IPins
{
    private readonly string _path = Path.Combine(directory, "pins.json");

    public async ValueTask<EndpointPin?> FindAsync(string endpoint, CancellationToken cancellationToken) =>
        (await ReadAsync(cancellationToken)).Endpoints.GetValueOrDefault(endpoint);

    /// <inheritdoc/>
    /// <remarks>Safe against other processes.</remarks>
    public async ValueTask ChangeAsync(string endpoint, Func<EndpointPin?, EndpointPin?> change, CancellationToken cancellationToken)
    {
        using var held = await FileLock.TakeAsync(Path.Combine(directory, "pins.lock"), time, cancellationToken);
        var file = await ReadAsync(cancellationToken);
        if (change(file.Endpoints.GetValueOrDefault(endpoint)) is { } pin) file.Endpoints[endpoint] = pin;
        else file.Endpoints.Remove(endpoint);
        AtomicFile.Write(_path, JsonSerializer.SerializeToUtf8Bytes(file, PinJson.Default.PinFile));
    }

    private async ValueTask<PinFile> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var file = JsonSerializer.Deserialize(await File.ReadAllBytesAsync(_path, cancellationToken), PinJson.Default.PinFile);
            return file is { Version: PinFile.CurrentVersion } ? file : throw new InvalidDataException($"{_path} was written by another version of Cadre.");
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return new(PinFile.CurrentVersion, []);
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"{_path} is damaged ({exception.Message}); repair it, or remove it to accept all servers anew.", exception);
        }
    }
}
