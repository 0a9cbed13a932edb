namespace Cadre.Models.Http;

/// <summary>The endpoint sent what its protocol or a limit does not allow. Never leaves this project: becomes <c>ModelFailureKind.Malformed</c>.</summary>
internal sealed class WireViolationException(string message) : Exception(message);
