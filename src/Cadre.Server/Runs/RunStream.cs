using System.Runtime.CompilerServices;
using System.Text;
using Cadre.Engine.Runs;

namespace Cadre.Server.Runs;

/// <summary>
/// Turns a feed into what a face can stream: live text that always adds up to the recorded text, whatever was lost, repeated or said differently when a
/// model was asked again. Ends after the terminal fact.
/// </summary>
public static class RunStream
{
    /// <param name="timeline">Events before <paramref name="from"/> folded; each fact is added to it before it is given out.</param>
    /// <param name="from">Position of the first fact to give out.</param>
    /// <param name="shown">What the reader was shown of the text of the turn in progress, before this process perhaps.</param>
    /// <param name="live">False: facts alone, and the texts that they record.</param>
    public static async IAsyncEnumerable<RunUpdate> ReadAsync(
        Feed feed, RunTimeline timeline, long from, [EnumeratorCancellation] CancellationToken cancellationToken, string shown = "", bool live = true)
    {
        var text = new TurnText(shown);
        await foreach (var item in feed.ReadAsync(timeline.Run, from, cancellationToken, live))
        {
            var turn = timeline.Turns.Count;
            switch (item)
            {
                case FeedItem.Fact fact:
                    if (fact.Event is RunEvent.TurnFinished finished)
                    {
                        if (text.Finish(finished.Reply.Text, out var rest)) yield return new RunUpdate.TextVoid(turn);
                        if (rest.Length > 0) yield return new RunUpdate.TextDelta(turn, rest);
                    }

                    timeline.Add(fact.Event);
                    yield return new RunUpdate.Fact(fact.Seq, fact.Event);
                    break;
                case FeedItem.Live { Kind: LiveKind.Text } said:
                    if (text.Add(said.Offset, said.Text, out var delta)) yield return new RunUpdate.TextVoid(turn);
                    if (delta.Length > 0) yield return new RunUpdate.TextDelta(turn, delta);
                    break;
                case FeedItem.Live { Kind: LiveKind.Retry }:
                    text.Restart();
                    break;
                case FeedItem.Live { Kind: LiveKind.Reasoning } thought:
                    yield return new RunUpdate.ReasoningDelta(turn, thought.Text);
                    break;
                case FeedItem.Live { Kind: LiveKind.CallStarted, CallId: { } call } begun:
                    yield return new RunUpdate.CallBegun(turn, call, begun.Text);
                    break;
                case FeedItem.Live { Kind: LiveKind.CallArguments, CallId: { } call } grown:
                    yield return new RunUpdate.CallArguments(turn, call, grown.Text);
                    break;
                case FeedItem.Live { Kind: LiveKind.ToolOutput, CallId: { } call } output:
                    yield return new RunUpdate.ToolOutput(call, output.Text);
                    break;
            }
        }
    }

    /// <summary>What a reader was shown of the turn in progress, beside what the model has said in its present attempt.</summary>
    internal sealed class TurnText(string shown = "")
    {
        private readonly StringBuilder _shown = new(shown);
        private readonly StringBuilder _said = new();
        private bool _missed;

        /// <summary>An attempt after the first, which has not said yet all that was shown.</summary>
        private bool _again = shown.Length > 0;

        /// <param name="offset">Characters of the attempt before the piece.</param>
        /// <returns>Whether what was shown is void: then <paramref name="delta"/> begins the text anew.</returns>
        public bool Add(int offset, string piece, out string delta)
        {
            delta = "";
            if (_missed || offset != _said.Length)
            {
                _missed = true;
                return false;
            }

            _said.Append(piece);
            if (_again) return Advance(_said.ToString(), whole: false, out delta);
            delta = Whole(_said.ToString(_shown.Length, _said.Length - _shown.Length));
            _shown.Append(delta);
            return false;
        }

        /// <summary>The model begins anew; what it says is compared with what was shown.</summary>
        public void Restart()
        {
            _said.Clear();
            _missed = false;
            _again = _shown.Length > 0;
        }

        /// <summary>The turn's text is recorded.</summary>
        public bool Finish(string recorded, out string rest)
        {
            var isVoid = Advance(recorded, whole: true, out rest);
            _shown.Clear();
            _said.Clear();
            _missed = _again = false;
            return isVoid;
        }

        /// <summary>Without half a character at its end: its other half comes with the next piece.</summary>
        private static string Whole(string text) => text.Length > 0 && char.IsHighSurrogate(text[^1]) ? text[..^1] : text;

        private bool Advance(string said, bool whole, out string delta)
        {
            var shown = _shown.Length;
            if (shown <= said.Length && _shown.Equals(said.AsSpan(0, shown)))
            {
                delta = whole ? said[shown..] : Whole(said[shown..]);
                _shown.Append(delta);
                _again = false;
                return false;
            }

            delta = "";
            // Short of what was shown, but the same so far: it may still catch up.
            if (!whole && said.Length < shown && _shown.ToString(0, said.Length) == said) return false;
            delta = whole ? said : Whole(said);
            _shown.Clear().Append(delta);
            _again = false;
            return true;
        }
    }
}
