namespace Cadre.Simulator.Http;

/// <summary>Leaves the request unfinished: Kestrel sends what is written and closes the connection without an end of the body.</summary>
internal sealed class AnswerBrokenOffException() : Exception("The script cuts this answer off.");

/// <summary>Ends a stream cleanly where it stands.</summary>
internal sealed class AnswerEndedEarlyException() : Exception("The script ends this stream early.");

/// <summary>Ends a stream with an error event of its wire.</summary>
internal sealed class AnswerFailedException(string message) : Exception(message);
