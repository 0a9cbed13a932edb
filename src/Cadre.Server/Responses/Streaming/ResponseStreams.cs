using Cadre.Server.Hosting;
using Cadre.Server.Runs;

namespace Cadre.Server.Responses.Streaming;

/// <summary>The responses that are being read live.</summary>
internal sealed class ResponseStreams(ServerContext context)
{
    /// <summary>A reader of a response from its beginning, who is there before its run starts.</summary>
    public ResponseReader Subscribe(StoredResponse response, CancellationToken cancellationToken)
    {
        var timeline = new RunTimeline(response.Run);
        return new(response, timeline, new(context.Runs, timeline, cancellationToken), context.Time);
    }
}
