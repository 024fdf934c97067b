/** Providers of personal mailboxes. The list is short on purpose: the large ones of each region. */
export const FREEMAIL_DOMAINS: ReadonlySet<string> = new Set(
  `gmail.com googlemail.com outlook.com hotmail.com hotmail.co.uk hotmail.fr hotmail.it hotmail.de live.com
   live.co.uk msn.com yahoo.com yahoo.co.uk yahoo.co.in yahoo.fr yahoo.de yahoo.com.br ymail.com
   rocketmail.com aol.com icloud.com me.com mac.com proton.me protonmail.com pm.me tutanota.com tuta.io
   fastmail.com hey.com zoho.com gmx.com gmx.net gmx.de gmx.at gmx.ch web.de t-online.de freenet.de
   posteo.de mailbox.org orange.fr wanadoo.fr free.fr laposte.net sfr.fr libero.it virgilio.it tiscali.it
   telenet.be skynet.be ziggo.nl kpnmail.nl btinternet.com sky.com virginmedia.com talktalk.net
   comcast.net verizon.net att.net sbcglobal.net cox.net bellsouth.net charter.net shaw.ca rogers.com
   bigpond.com optusnet.com.au xtra.co.nz rediffmail.com qq.com 163.com 126.com sina.com naver.com
   daum.net hanmail.net mail.ru yandex.ru yandex.com bk.ru list.ru inbox.ru rambler.ru ukr.net wp.pl
   onet.pl o2.pl interia.pl seznam.cz centrum.cz uol.com.br bol.com.br terra.com.br mail.com`.split(/\s+/u),
);
