using Microsoft.Extensions.Logging;

namespace Cadre.Server.Mcp;

/// <summary>What an endpoint needs of the server around it.</summary>
/// <param name="Listening">Where the server listens.</param>
/// <param name="PublicUrl">Where callers reach it, when that is elsewhere.</param>
/// <param name="Stopping">Fires when streams have to end.</param>
internal sealed record McpHosting(Uri Listening, Uri? PublicUrl, ILoggerFactory Log, TimeProvider Time, CancellationToken Stopping);
