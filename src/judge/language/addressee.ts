import { type Sentence, clauseAt } from './sentences.ts';

/** Whom stage language is said of: the reader, those the offer is for, or somebody else. */

/** The text begins with the reader or the reader's company. */
export function isReader(text: string, company: RegExp | null): boolean {
  return /^\s?yours?\b|^\s?you\b/i.test(text) || (company !== null && [0, 1].includes(text.search(company)));
}

/** "startups" is said of many; it speaks to the reader only as whom the offer is for or what they are. */
export function startupAddressed(before: string, after: string, company: RegExp | null): boolean {
  const like = /^,? (?:like|such as) /i.exec(after);
  if (like) return isReader(after.slice(like[0].length), company);
  if (
    /^[ -](?:customers?|clients?|program\w*|partners?|accelerator|community|ecosystem|founders? you|hubs?|credits?|week|events?|scene|investments?|portfolio|tier|plan|edition|offer|days)\b/i.test(
      after,
    )
  )
    return false;
  return /\b(?:help(?:s|ed|ing)?|support(?:s|ing)?|work(?:s|ing)? with|serv(?:e|es|ing)|for|as an?|you(?:'re| are) an?|your|(?:is|are)(?: \w+)? an?|staff(?:s|ing)?|equip(?:s|ping)?|match(?:es|ing)?|partner(?:s|ing)? with|enabl(?:e|es|ing)|speciali[sz]e in|focus(?:es|ed)? on|get(?:s|ting)?|lets?|give(?:s)?)(?: (?!the\b)\w+){0,2} $/i.test(
    before,
  );
}

/** "You serve startups": the reader's customers. "We are a public company": the sender. */
const READERS_OWN =
  /\byou(?:'ve| have|r (?:team|company))?(?: \w+ly)? (?:serves?|sells? to|supports?|acquired?|bought|works? with|helps?|partners? with|advises?|invests? in|power|built? for|back|fund|bank|insure|count|competes? with|recruits? from|mentors?)\b[^.,;]*$/i;
const SENDERS_OWN =
  /\b(?:we|i|our (?:company|firm|team))(?:'re| are| is|'ve| have| has| run| operate| grew| began| started)(?: not| also| now)? (?:an?|offices|grown|hubs|the|out|as|people|teams|\w+ed)\b(?!(?: \w+){0,6} (?:for|help\w*|serv\w*|working with|work with)\b)[^.;]*$/i;

/** "We used to run hiring for a public company": one case from the sender's past. */
const STORY =
  /\b(?:we|i|our \w+)\b[^.;]*\b(?:used to|\w{3,}ed|built|ran|led|took|cut|grew|found|got|brought|kept|put|sent|saw)\b[^.;]*\b(?:an?|one|another) (?:\w+[- ]){0,2}$/i;

/** A clause about what the sender did, without a word on the reader. */
const OWN_PAST =
  /^(?:\w+,? ){0,2}(?:we|i)(?:'ve| have)? (?:used to|once|\w{3,}ed|built|ran|led|took|grew|came|began|spent|was|were)\b/i;

/** Whether a cue speaks of the reader (outright), of whom the offer is for (audience), or of others. */
export function addressed(
  sentence: Sentence,
  start: number,
  end: number,
  company: RegExp | null,
): 'outright' | 'audience' | null {
  const { text } = sentence;
  const before = text.slice(0, start);
  const after = text.slice(end);
  const said = clauseAt(sentence, sentence.start + start)?.text ?? text;
  const own = /\b(?:you|your|you're|you've|yours|yourself)\b/i;
  const named = company !== null && text.search(company) >= 0;
  if (READERS_OWN.test(before) || SENDERS_OWN.test(before)) return null;
  if (STORY.test(before)) return null;
  // A story about somebody else: "we helped Kobo when they were early-stage".
  if (/\b(?:when|while|back when) (?:they|he|she|we|i|it) (?:was|were)\b/i.test(before) && !own.test(after))
    return null;
  if (
    /\b(?:i|we)(?:'ve| have)? (?:was|were|worked at|came from|started (?:as|at|in)|began|joined|ran|led|founded)\b/i.test(
      before,
    ) &&
    !own.test(before)
  )
    return null;
  if (/\b(?:our|my) (?:own )?(?:\w+ )?$/i.test(before)) return null;
  if (
    /\b(?:as an?|you(?:'re| are)(?: \w+)?(?: in| at| an?)?|being an?|is(?: \w+)?(?: in| at| an?)?) (?:\w+[ -]){0,2}$/i.test(
      before,
    ) &&
    (own.test(text) || named)
  )
    return 'outright';
  if (OWN_PAST.test(said) && !own.test(said)) return null;
  if (own.test(text) || named) return 'audience';
  if (
    /\b(?:we|i|tenacious|our (?:team|engineers|bench|platform|service))\b[^.?!]*\b(?:help|helps|work|works|support|supports|place|places|serve|staff|staffs|speciali[sz]e|specialises|specializes|partner|build|built|focus|match|get|gets|bring|brings|take|takes|offer|offers|are|is|provide|enable|equip)\b/i.test(
      before,
    )
  ) {
    // "we helped a seed-stage client" tells of one case, not of whom this is for.
    return /\b(?:helped|worked with|staffed|placed|supported|built|partnered with) (?:an?|one|the|another|our) (?:\w+ ){0,2}$/i.test(
      before,
    )
      ? null
      : 'audience';
  }
  if (
    /\b(?:for|helps?|helping|built for|made for|designed for|aimed at|perfect for|ideal for|great for|suited (?:to|for)|tailored (?:to|for)|affordable|looking to|ready to|time to|need to|want to)\b/i.test(
      before,
    )
  )
    return 'audience';
  if (
    /\b(?:our|we)\b[^.?!]{0,30}\b(?:engineers|developers|team|bench|people|specialists|know|bring|handle|cover|have|can)\b/i.test(
      after,
    )
  )
    return 'audience';
  if (
    /^\s*(?:teams?|compan\w+|start-?ups?|founders?|businesses)?\s*(?:need|want|deserve|love|often|usually|typically|struggle|is (?:our|what)|are (?:our|what)|- that is)/i.test(
      after,
    )
  )
    return 'audience';
  return null;
}

/** Said to be over, not so, or only one part of what is served. */
export function turnedAround(text: string, start: number, end: number): boolean {
  const before = text.slice(0, start);
  const after = text.slice(end);
  const near = before.slice(-60);
  return (
    /(?:\b(?:not|no longer|never|isn't|aren't|wasn't|weren't|don't|doesn't|won't|hardly|rather than|instead of|unlike|without|beyond|past|well past|long past|outgrown?|outgrew|graduated from|moved (?:on|past|beyond)|left behind|behind you|other than|anything but|far from|more than|than|not just|not only)\b|n't)(?: (?:an?|the|days|phase|stage|era|time|your|just|only|need|have|want|require|feel|look|sound|being|hiring|building|looking|another|one|of|like|some|merely|simply|in|at|that|those|for|to|hire|build|typical|usual|first|\w+ing)){0,5}\s*$/i.test(
      near,
    ) ||
    (/\b(?:since|from|after|during|back in|in|remember) (?:the|your|those|its)(?: very)?(?: (?:early|first|scrappy))? *$/i.test(
      near,
    ) &&
      /^(?:early|earliest|days|scrappy|MVP|first|initial|startup|start-up)/i.test(text.slice(start)) &&
      !/^(?:early stages? of|initial|first)/i.test(text.slice(start))) ||
    /^[\w ,'-]{0,25}\b(?:any ?more|no longer|behind you|is over|are over|years ago|long ago|too\b|as well\b|back then|in the past|in 20\d\d)/i.test(
      after,
    ) ||
    /\b(?:also|even|once|used to be|you (?:hired|built|shipped|launched|had|found|reached)|have (?:already )?(?:built|hired|shipped|launched|found))\b[^,.;]{0,25}$/i.test(
      near,
    )
  );
}
